import type { RepositoryFiles } from './repository-files.ts';

/** The files below a directory, named from there. */
export function filesUnder(files: RepositoryFiles, directory: string): RepositoryFiles {
  const prefix = `${directory}/`;
  return {
    async paths() {
      const all = await files.paths();
      return all.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
    },
    read: (path) => files.read(prefix + path),
    async readAll(paths) {
      const texts = await files.readAll(paths.map((path) => prefix + path));
      return new Map([...texts].map(([path, text]) => [path.slice(prefix.length), text]));
    },
    committedAt: () => files.committedAt(),
    ids: (paths) => files.ids(paths.map((path) => prefix + path)),
  };
}
