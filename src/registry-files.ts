import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, OperationalError } from './core/errors.ts';

const mostBytes = 64 * 1024;
const mostFiles = 50;

/**
 * The files that give package managers access to the private registries of a repository, by their path in a home
 * directory, such as `.npmrc`. In `directory` they lie in one named after the owner, and in `owner+name` for one
 * repository, whose files go before the owner's. They are read anew each time, so that tokens can be replaced. `of` is
 * `owner` or `owner/name`; null stands for nobody. Rejects with `bad_config` for what cannot be read.
 */
export async function readRegistryFiles(
  directory: string | undefined,
  of: string | null,
): Promise<ReadonlyMap<string, string>> {
  if (directory === undefined || of === null) return new Map();
  try {
    const [owner = '', name] = of.toLowerCase().split('/');
    const wanted = name === undefined ? [owner] : [owner, `${owner}+${name}`];
    const present = await readdir(directory);
    const found = wanted.flatMap((one) => present.find((entry) => entry.toLowerCase() === one) ?? []);
    const files = new Map<string, string>();
    for (const one of found) await readInto(files, join(directory, one), '');
    return files;
  } catch (error) {
    throw new OperationalError(
      'bad_config',
      `AI_FIX_REGISTRIES names ${directory}, which cannot be used: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** Links are followed: some platforms put secrets into place that way, with directories of their own that begin with `..`. */
async function readInto(files: Map<string, string>, directory: string, prefix: string): Promise<void> {
  for (const name of (await readdir(directory)).sort()) {
    if (name.startsWith('..')) continue;
    const path = join(directory, name);
    const facts = await stat(path);
    if (facts.isDirectory()) await readInto(files, path, `${prefix}${name}/`);
    else files.set(`${prefix}${name}`, await readText(path, facts.size));
    if (files.size > mostFiles) throw new Error(`there are more than ${mostFiles} files`);
  }
}

async function readText(path: string, bytes: number): Promise<string> {
  if (bytes > mostBytes) throw new Error(`${path} is larger than ${mostBytes / 1024} KiB`);
  return readFile(path, 'utf8');
}
