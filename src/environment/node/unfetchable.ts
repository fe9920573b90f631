import type { Shell } from '../../core/command.ts';
import type { PackageManager } from '../../core/environment.ts';
import type { Remedy } from '../remedies.ts';
import { must } from '../shell.ts';
import { quoteWord } from '../shell-words.ts';

/** A dependency that the package manager could not get, as far as its words tell. */
export interface Unfetchable {
  name: string;
  why: string;
}

const namePatterns: readonly { pattern: RegExp; why: string }[] = [
  { pattern: /requested resource '(@?[^'@]+)@[^']*' could not be found/, why: 'it is not in the registry' },
  { pattern: /No matching version found for (@?[^\s@]+)@/, why: 'the registry has no such version' },
  { pattern: /GET https?:\/\/[^/\s]+\/(\S+?): Not Found/, why: 'it is not in the registry' },
  { pattern: /Couldn't find package "(@?[^"@]+)/, why: 'it is not in the registry' },
  { pattern: /Couldn't find any versions for "(@?[^"]+)"/, why: 'the registry has no such version' },
  { pattern: /error: (@?[^\s@]+)@\S+ failed to resolve/, why: 'it cannot be fetched' },
  { pattern: /downloading tarball (@?[^\s@]+)@/, why: 'it cannot be fetched' },
];

const urlPatterns: readonly RegExp[] = [
  /git .*ls-remote (\S+)/,
  /network request to (\S+) failed/,
  /unable to access '([^']+)'/,
];

/**
 * Finds out which dependency an installation failed for. Where only an address is told, as for a git dependency,
 * the name is looked up in npm's own log and in the manifests.
 */
export async function findUnfetchable(shell: Shell, said: string): Promise<Unfetchable | null> {
  const plain = said.replace(/\n\s*│?\s*/g, (gap) => (gap.includes('│') ? '' : gap));
  for (const { pattern, why } of namePatterns) {
    const name = pattern.exec(plain)?.[1];
    if (name !== undefined) return { name: decodeURIComponent(name), why };
  }
  for (const pattern of urlPatterns) {
    const url = pattern.exec(plain)?.[1];
    if (url === undefined) continue;
    const name = scopedNameIn(url) ?? (await nameOfAddress(shell, url));
    if (name !== null) return { name, why: `${url} cannot be reached` };
  }
  return null;
}

/** Registries other than npm's own have the package's name in the path. */
function scopedNameIn(url: string): string | null {
  const match = /\/(@[^/%]+)(?:%2f|\/)([^/?#]+)$/i.exec(url);
  return match === null ? null : `${match[1]}/${match[2]}`;
}

async function nameOfAddress(shell: Shell, url: string): Promise<string | null> {
  const key = addressKey(url);
  if (key === null) return null;
  const { head } = await must(
    shell,
    { script: `node /opt/ai-fix/tools/find-dependency.cjs ${quoteWord(key)}`, timeoutSeconds: 60 },
    'The name of a dependency could not be looked up',
  );
  return head.toString('utf8').trim() || null;
}

/** `owner/name` of an address on a git host: what is the same in all the ways of writing it. */
function addressKey(url: string): string | null {
  const match = /[/:]([\w.-]+)\/([\w.-]+?)(?:\.git)?(?:[/#?].*)?$/.exec(
    url.replace(/^[a-z+]+:\/\/[^/]*/, ''),
  );
  const path =
    match === null ? /^[a-z+]+:\/\/[^/]+\/([\w.-]+\/[\w.-]+)/.exec(url)?.[1] : `${match[1]}/${match[2]}`;
  return path?.replace(/\.git$/, '').toLowerCase() ?? null;
}

/**
 * Edits the manifests so that the dependency is no longer asked for: removed where a manifest of the repository
 * names it, else replaced by an empty package (or, where the lock file tells its published name, by that).
 * Null when it has been left out before.
 */
export async function leaveOut(
  shell: Shell,
  manager: PackageManager,
  { name, why }: Unfetchable,
  command: string,
): Promise<Remedy | null> {
  const { head } = await must(
    shell,
    {
      script: `node /opt/ai-fix/tools/leave-out-dependency.cjs ${quoteWord(name)} ${manager}`,
      timeoutSeconds: 60,
    },
    `${name} could not be left out`,
  );
  const how = head.toString('utf8').trim();
  if (how === '') return null;
  return {
    command: withoutLock(command),
    note: `${name} cannot be fetched (${why}): ${how}`,
    leftOut: { name, why: `${why}; ${how}` },
  };
}

function withoutLock(command: string): string {
  return command
    .replace(/^npm ci/, 'npm install --no-package-lock')
    .replace('pnpm install --frozen-lockfile', 'pnpm install --no-frozen-lockfile')
    .replace(/^(yarn|bun) install (--frozen-lockfile|--immutable)/, '$1 install');
}
