import { nulSeparated } from '../text/nul-separated.ts';
import { type GitDirectory, git, gitStream, gitText } from './git.ts';

const maximumFileBytes = 1024 * 1024;

export async function treeOf(directory: GitDirectory, commit: string): Promise<string> {
  return gitText(directory, ['rev-parse', '--verify', '--end-of-options', `${commit}^{tree}`]);
}

/** Whether `ancestor` is `commit` or in its history. */
export async function isAncestor(
  directory: GitDirectory,
  ancestor: string,
  commit: string,
): Promise<boolean> {
  try {
    await git(directory, ['merge-base', '--is-ancestor', ancestor, commit]);
    return true;
  } catch {
    return false;
  }
}

export interface TreeEntry {
  mode: string;
  type: string;
  id: string;
  path: string;
}

/** Every entry of a commit's tree, subdirectories walked. Paths that are not UTF-8 hold replacement characters. */
export async function listTree(directory: GitDirectory, tree: string): Promise<TreeEntry[]> {
  const output = await git(directory, ['ls-tree', '-r', '-z', '--end-of-options', tree]);
  return nulSeparated(output).map((line) => {
    const tab = line.indexOf('\t');
    const [mode, type, id] = line.slice(0, tab).split(' ') as [string, string, string];
    return { mode, type, id, path: line.slice(tab + 1) };
  });
}

/** The bytes of these blobs, by id, in one call of git. */
export async function readBlobs(
  directory: GitDirectory,
  ids: readonly string[],
): Promise<Map<string, Buffer>> {
  const blobs = new Map<string, Buffer>();
  if (ids.length === 0) return blobs;
  const output = await git(directory, ['cat-file', '--batch', '--buffer'], { input: `${ids.join('\n')}\n` });
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf('\n', at);
    const [id, type, size] = output.toString('latin1', at, end).split(' ') as [string, string, string];
    at = end + 1;
    if (type === 'missing') continue;
    blobs.set(id, output.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return blobs;
}

/** The files of one commit, for reading manifests and tests. Links, submodules, large files and those that this copy of the repository lacks are left out. */
export function commitFiles(directory: GitDirectory, commit: string) {
  let listing: Promise<Map<string, TreeEntry>> | undefined;
  const entries = () => {
    listing ??= listTree(directory, commit).then((all) => new Map(all.map((entry) => [entry.path, entry])));
    return listing;
  };
  const readBytes = async (paths: readonly string[]): Promise<Map<string, Buffer>> => {
    const all = await entries();
    const wanted = paths.map((path) => all.get(path)).filter((entry) => entry?.mode.startsWith('100'));
    const blobs = await readBlobs(directory, [...new Set(wanted.map((entry) => entry?.id as string))]);
    return new Map(
      wanted.flatMap((entry) => {
        const bytes = blobs.get(entry?.id ?? '');
        return entry === undefined || bytes === undefined ? [] : [[entry.path, bytes] as const];
      }),
    );
  };
  const readAll = async (paths: readonly string[]): Promise<Map<string, string>> => {
    const found = [...(await readBytes(paths))].filter(([, bytes]) => bytes.length <= maximumFileBytes);
    return new Map(found.map(([path, bytes]) => [path, bytes.toString('utf8')]));
  };
  const texts = new Map<string, Promise<string | null>>();
  return {
    async paths(): Promise<readonly string[]> {
      return [...(await entries()).keys()];
    },
    /** The blob ids of these paths, for cache keys. */
    async ids(paths: readonly string[]): Promise<string[]> {
      const all = await entries();
      return paths.map((path) => all.get(path)?.id ?? 'none');
    },
    readBytes,
    async committedAt(): Promise<Date> {
      return new Date(
        Number(await gitText(directory, ['show', '--no-patch', '--format=%ct', '--end-of-options', commit])) *
          1000,
      );
    },
    /** Kept, for every way to find an environment asks for the same few manifests. */
    read(path: string): Promise<string | null> {
      const text = texts.get(path) ?? readAll([path]).then((found) => found.get(path) ?? null);
      texts.set(path, text);
      return text;
    },
    readAll,
  };
}
export type CommitFiles = ReturnType<typeof commitFiles>;

/** To look for differences between large files takes minutes; what is packed well already stays so. */
const quickly = ['-c', 'core.bigFileThreshold=1m', '-c', 'pack.compression=1'];

/**
 * A pack that takes a repository holding `have` (with all its history) to `commit`.
 * Without `have`: the commit alone when `shallow`, else with its whole ancestry. Nothing of another ref is in it.
 * Objects that this copy of the repository lacks are left out.
 */
export function packOf(
  directory: GitDirectory,
  commit: string,
  contents: { shallow: true } | { have: string } | { whole: true },
): AsyncGenerator<Uint8Array> {
  const revisions = [
    ...('shallow' in contents ? [`--shallow ${commit}`] : []),
    commit,
    ...('have' in contents ? [`^${contents.have}`] : []),
  ];
  const thin = 'have' in contents ? ['--thin'] : [];
  return gitStream(
    directory,
    [
      ...quickly,
      'pack-objects',
      '--revs',
      '--stdout',
      '--quiet',
      '--missing=allow-any',
      '--delta-base-offset',
      ...thin,
    ],
    {
      input: `${revisions.join('\n')}\n`,
    },
  );
}
