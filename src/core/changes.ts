/** One changed path, as it must be in the new tree. */
export type FileChange =
  | { kind: 'file'; executable: boolean; bytes: Buffer }
  | { kind: 'link'; target: string }
  | { kind: 'deleted' };

/** Everything that differs from the base commit, by path relative to the root. */
export type Changes = ReadonlyMap<string, FileChange>;

/** The changes to some of the paths. */
export function pick(changes: Changes, wanted: (path: string) => boolean): Changes {
  return new Map([...changes].filter(([path]) => wanted(path)));
}
