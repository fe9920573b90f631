import { registryRefusal } from './registry-refusal.ts';

interface Reason {
  said: RegExp;
  /** What it is and what to do; `found` is what the expression kept. */
  tell(found: string): string;
}

const lost = (what: string) =>
  `${what} is not where it is fetched from, or only for those who have access (AI_FIX_REGISTRIES, docs/configuration.md), and nothing can be built without it: replace it, keep a copy in the repository, or have it fetched from elsewhere in .github/ai-fix.yml, under \`install\`.`;

/** What ends an installation and cannot be left out, unlike a package of npm or pip: builds need it. */
const reasons: readonly Reason[] = [
  {
    said: /failed to parse lock file at: \S*?([^/\s]+)$/m,
    tell: (file) =>
      `${file} is broken, and nobody can build with it: correct it (\`cargo generate-lockfile\`).`,
  },
  {
    said: /malformed go\.sum|go\.sum:\s+h1:|verifying \S+: checksum mismatch/,
    tell: () =>
      'go.sum does not fit what is downloaded, and nobody can build with it: correct it (`go mod tidy`).',
  },
  {
    said: /errors parsing (?:\S*\/)?go\.mod/,
    tell: () => 'go.mod is broken, and nobody can build with it: correct it.',
  },
  { said: /no matching package named `([^`]+)` found/, tell: lost },
  { said: /failed to select a version for the requirement `([^`]+)`/, tell: lost },
  {
    said: /^(?:go: )?(?:\S+: )?(\S+@v[^\s:]+): (?:reading|invalid version|unrecognized import path)/m,
    tell: lost,
  },
  { said: /Could not find artifact (\S+)|Non-resolvable parent POM\D* (?:for )?(\S+)/, tell: lost },
  {
    said: /(?:configuration file provided by|Could NOT find) "?([\w.+-]+)/,
    tell: (name) =>
      `CMake does not find ${name}: install the package that holds it in .github/ai-fix.yml, under \`setup\` (\`apt-get update && apt-get install -y ...\`).`,
  },
];

/** What to do about a failed installation, as far as its words tell; null where they do not. */
export function adviseOnInstall(said: string): string | null {
  const refusal = registryRefusal(said);
  if (refusal !== null) return refusal;
  for (const { said: pattern, tell } of reasons) {
    const found = pattern.exec(said);
    if (found !== null) return tell(found.slice(1).find((one) => one !== undefined) ?? '');
  }
  return null;
}
