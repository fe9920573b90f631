const testDirectory =
  /(^|\/)(tests?|__tests__|specs?|testing|e2e|__snapshots__|tap-snapshots|__fixtures__|fixtures|testdata)\//i;
const testFile =
  /([._-](test|tests|spec|specs|e2e)(-d)?\.[cm]?[jt]sx?|_test\.(go|py|rb|exs)|(^|[/_-])test[_-][^/]*\.(c|cc|cpp|cxx)|(?<!la|con|pro|at|fas)(unit)?tests?\.(c|cc|cpp|cxx)|(^|\/)(test_[^/]*|conftest)\.py|(Tests?|TestCase|IT)\.(java|kt|groovy|scala|cs|swift)|Tests?\.(c|cc|cpp|cxx)|(^|\/)Test[A-Z]\w*\.(java|kt)|_spec\.rb|(^|\/)tests?\.rs|\.snap)$/;

/** Whether a path belongs to a repository's tests, with their fixtures and snapshots, by the usual names. */
export function isTestPath(path: string): boolean {
  return testDirectory.test(path) || testFile.test(path) || (isCalledTest(path) && !path.includes('/'));
}

/** Whether a file is a test by its own name, wherever it lies. */
export function isNamedAsTest(path: string): boolean {
  return testFile.test(path);
}

/** Whether a file is called `test` or `spec` and nothing else, as a module's own test is, or a module that tests something. */
export function isCalledTest(path: string): boolean {
  return /(^|\/)(tests?|spec)\.[cm]?[jt]sx?$/.test(path);
}

/** Whether a file lies among data for tests: what looks like a test or a manifest there is none of the repository's. */
export function isFixture(path: string): boolean {
  return /(^|\/)(__)?fixtures?(__)?\//.test(path);
}
