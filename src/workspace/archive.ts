import { Readable } from 'node:stream';
import tar from 'tar-stream';
import { listTree, readBlobs, type TreeEntry } from './commits.ts';
import type { GitDirectory } from './git.ts';

const filesAtOnce = 200;

/**
 * The files and links of a commit as a tar stream, byte for byte; git's own archives leave out what attributes say.
 * Files that this copy of the repository lacks are left out.
 */
export function archiveOf(directory: GitDirectory, commit: string): Readable {
  const archive = tar.pack();
  addAll(archive, directory, commit).then(
    () => archive.finalize(),
    (error: Error) => archive.destroy(error),
  );
  return Readable.from(archive);
}

async function addAll(archive: tar.Pack, directory: GitDirectory, commit: string): Promise<void> {
  const entries = (await listTree(directory, commit)).filter(({ type }) => type === 'blob');
  for (let at = 0; at < entries.length; at += filesAtOnce) {
    const some = entries.slice(at, at + filesAtOnce);
    const blobs = await readBlobs(directory, [...new Set(some.map(({ id }) => id))]);
    for (const entry of some) {
      const bytes = blobs.get(entry.id);
      if (bytes !== undefined) await add(archive, entry, bytes);
    }
  }
}

function add(archive: tar.Pack, { mode, path }: TreeEntry, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const added = (error?: Error | null) => (error ? reject(error) : resolve());
    if (mode === '120000') {
      archive.entry({ name: path, type: 'symlink', linkname: bytes.toString('utf8') }, added);
    } else {
      archive.entry({ name: path, mode: mode === '100755' ? 0o755 : 0o644 }, bytes, added);
    }
  });
}
