import { createHash } from 'node:crypto';
import type { RepositoryFiles } from '../../src/environment/repository-files.ts';

const maximumBytes = 1024 * 1024;

/** The files of a commit that is nowhere: from paths and texts. Shares its contract test with the real thing. */
export function repositoryFiles(texts: Record<string, string>, committedAt = new Date()): RepositoryFiles {
  const files = new Map(Object.entries(texts));
  const read = (path: string) => {
    const text = files.get(path);
    return text === undefined || Buffer.byteLength(text) > maximumBytes ? null : text;
  };
  return {
    paths: async () => [...files.keys()].sort(),
    committedAt: async () => committedAt,
    read: async (path) => read(path),
    readAll: async (paths) =>
      new Map(
        paths.flatMap((path) => {
          const text = read(path);
          return text === null ? [] : [[path, text] as const];
        }),
      ),
    ids: async (paths) => paths.map((path) => (files.has(path) ? blobId(files.get(path) as string) : 'none')),
  };
}

function blobId(text: string): string {
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex');
}
