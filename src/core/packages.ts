/** A part of a repository with a manifest of its own, as workspaces have them. */
export interface Package {
  /** Relative to the root; '' is the root. */
  directory: string;
  /** Directories of the repository's other packages that it depends on, for whatever purpose. */
  needs: readonly string[];
}
