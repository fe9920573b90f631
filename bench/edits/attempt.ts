/** One change that a model asked for: this text for that one, in a file. */
export interface Edit {
  path: string;
  old: string;
  put: string;
}

/** What a model asked for in one answer, and what became of it where the answer was made. */
export interface Attempt {
  name: string;
  /** As its directory is called: `owner+name`. */
  repository: string;
  base: string;
  isFirst: boolean;
  edits: Edit[];
  /** A diff against the base, or the commit that holds the result. */
  reference: { diff: string } | { commit: string };
}
