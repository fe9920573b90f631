const testDirectory =
  /(^|\/)(tests?|__tests__|specs?|testing|e2e|__snapshots__|tap-snapshots|__fixtures__|fixtures)\//i;
const testFile =
  /([._-](test|tests|spec|specs|e2e)(-d)?\.[cm]?[jt]sx?|_test\.(go|py|cc|cpp|c|rb|exs)|(^|\/)(test_[^/]*|conftest)\.py|Tests?\.(java|kt|cs|swift)|_spec\.rb|\.snap)$/;

/** Whether a path belongs to a repository's tests, with their fixtures and snapshots, by the usual names. */
export function isTestPath(path: string): boolean {
  return testDirectory.test(path) || testFile.test(path) || /^(test|tests|spec)\.[cm]?[jt]s$/.test(path);
}
