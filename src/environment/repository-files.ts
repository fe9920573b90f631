/** The files of one commit, read from git: nothing of the repository is run or checked out on the host. */
export interface RepositoryFiles {
  /** All paths, sorted. */
  paths(): Promise<readonly string[]>;
  /** A file's text, or null when there is none, or it is no regular file, or over a megabyte. */
  read(path: string): Promise<string | null>;
  /** The texts of those of these files that `read` would give. */
  readAll(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** What identifies the content of each path; 'none' where there is no such file. */
  ids(paths: readonly string[]): Promise<string[]>;
  /** When the commit was made: old code needs old tools. */
  committedAt(): Promise<Date>;
}
