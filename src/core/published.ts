/** What was put on GitHub. */
export interface Published {
  pull: number;
  url: string;
  branch: string;
  commit: string;
  /** The tree of the commit: the tree that was verified. */
  tree: string;
}
