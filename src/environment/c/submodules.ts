import { quoteWord } from '../../text/quote-word.ts';
import type { RepositoryFiles } from '../repository-files.ts';

/** Debian has GoogleTest's sources, to be built with what they test. */
export const googletestSources = '/usr/src/googletest';

/** Commands that fetch the submodules; where that fails GoogleTest is taken from Debian's package, if it is there. */
export async function submoduleCommands(files: RepositoryFiles): Promise<string[]> {
  const text = await files.read('.gitmodules');
  if (text === null) return [];
  return readSubmodules(text).map(({ path, url }) => {
    const fetch = `git submodule update --init --recursive --depth 1 -- ${quoteWord(path)}`;
    const instead = `cp -r ${googletestSources}/. ${quoteWord(path)}/`;
    return isGoogletest(url) ? `${fetch} || ${instead} || true` : `${fetch} || true`;
  });
}

/** Names of libraries of Debian's that can take the place of submodules. */
export async function librariesForSubmodules(files: RepositoryFiles): Promise<string[]> {
  const submodules = readSubmodules((await files.read('.gitmodules')) ?? '');
  return submodules.some(({ url }) => isGoogletest(url)) ? ['googletest'] : [];
}

function isGoogletest(url: string): boolean {
  return /\/(googletest|gtest|googlemock)(\.git)?$/i.test(url);
}

/** Paths and addresses of the submodules in a `.gitmodules`. */
function readSubmodules(text: string): { path: string; url: string }[] {
  return text.split(/^\s*\[submodule\b.*$/m).flatMap((section) => {
    const path = /^\s*path\s*=\s*(.+?)\s*$/m.exec(section)?.[1];
    const url = /^\s*url\s*=\s*(.+?)\s*$/m.exec(section)?.[1];
    return path === undefined || url === undefined ? [] : [{ path, url }];
  });
}
