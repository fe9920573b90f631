/** The paths of a repository's GitHub workflows. */
export function workflowPaths(paths: readonly string[]): string[] {
  return paths.filter((path) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path));
}
