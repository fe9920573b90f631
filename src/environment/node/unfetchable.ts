import type { Shell } from '../../core/command.ts';
import { quoteWord } from '../../text/quote-word.ts';
import { asksForLogin } from '../prepare/registry-refusal.ts';
import { printedBy } from '../printed-by.ts';
import { ownNode } from './own-node.ts';
import { addressKey, hostOf, nameInKey, scopedNameIn } from './repository-address.ts';

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

const namePatterns: readonly { pattern: RegExp; why: string }[] = [
  { pattern: /requested resource '(@?[^'@]+)@[^']*' could not be found/, why: notThere },
  { pattern: /No matching version found for (@?[^\s@]+)@/, why: noVersion },
  { pattern: /GET https?:\/\/\S*?\/((?:@[^/\s]+\/)?[^/\s]+)\/-\/\S+?(?:: Not Found| - 404)/, why: noVersion },
  { pattern: /GET https?:\/\/\S*?\/((?:@[^/\s]+\/)?[^/\s]+?)(?:: Not Found| - 404)/, why: notThere },
  {
    pattern:
      /\bGET https?:\/\/\S*?\/((?:@[^/\s]+?(?:\/|%2f))?[^/\s]+?):? (?:Unauthorized|Forbidden)? ?- 40[13]/i,
    why: asksForLogin,
  },
  {
    pattern: /Error: https?:\/\/\S*?\/((?:@[^/\s]+?(?:\/|%2f))?[^/\s:]+): (?:unauthorized|forbidden)/i,
    why: asksForLogin,
  },
  { pattern: /(@?[^\s@│]+)@\S+: Invalid authentication/, why: asksForLogin },
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
  return nameTold(plain) ?? (await refusedTo(shell, plain)) ?? (await behindAddress(shell, plain));
}

function nameTold(said: string): Unfetchable | null {
  for (const { pattern, why } of namePatterns) {
    const found = pattern.exec(said)?.[1];
    if (found === undefined) continue;
    const name = decodeURIComponent(found);
    return { name, why: why === notThere && name.startsWith('@') ? notSeen : why };
  }
  return null;
}

async function refusedTo(shell: Shell, said: string): Promise<Unfetchable | null> {
  if (!/npm error code E40[13]/.test(said)) return null;
  const name = await nameOfRefused(shell);
  return name === null ? null : { name, why: asksForLogin };
}

async function behindAddress(shell: Shell, said: string): Promise<Unfetchable | null> {
  if (/npm error command sh -c/.test(said)) return null; // what a script wants to fetch is no dependency
  const address = addressPatterns
    .map((pattern) => pattern.exec(said)?.[1]?.replace(/^'|[',]$/g, ''))
    .find((found) => found !== undefined);
  if (address === undefined || (await isRegistry(shell, address))) return null;
  const key = addressKey(address);
  const name = scopedNameIn(address) ?? (await nameOfAddress(shell, key)) ?? nameInKey(key);
  return name === null ? null : { name, why: `${address} cannot be reached` };
}

/** npm says only in its log what it was refused. */
async function nameOfRefused(shell: Shell): Promise<string | null> {
  const script = `cat ~/.npm/_logs/*.log 2>/dev/null | grep -o 'http fetch GET 40[13] [^ ]*' | tail -n 1`;
  const refused = await printedBy(shell, script, "npm's log could not be read");
  const path = /\/((?:@[^/]+(?:\/|%2f))?[^/]+)$/i.exec(refused)?.[1];
  return path === undefined ? null : decodeURIComponent(path);
}

/** What fails at the registry that everything comes from is no matter of one package. */
async function isRegistry(shell: Shell, address: string): Promise<boolean> {
  const script = 'npm config get registry 2>/dev/null';
  const host = hostOf(await printedBy(shell, script, "npm's registry could not be looked up"));
  return host !== '' && host === hostOf(address);
}

/** In npm's own log, the manifests and the lock files. */
async function nameOfAddress(shell: Shell, key: string): Promise<string | null> {
  const script = `${ownNode} /opt/ai-fix/tools/find-dependency.cjs ${quoteWord(key)}`;
  return (await printedBy(shell, script, 'The name of a dependency could not be looked up')) || null;
}
