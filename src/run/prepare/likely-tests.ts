import { posix } from 'node:path';
import { mayHoldTests } from '../../text/test-names.ts';
import { isNamedAsTest, isTestPath } from '../../text/test-paths.ts';

/** Tests that take their time, or need what others do not. */
const slow =
  /(^|\/)(bench(es|marks?)?|perf(ormance)?|e2e|integration|acceptance|stress|fuzz(ing)?)(\/|[._-])|[._-](bench(mark)?s?|e2e)[._-]/i;

/**
 * Files that are tests by their name, the likeliest to run by themselves first: of the directories with most of them,
 * one after the other, what is named as a test, then the shortest path, which tends to be a plain one. Those that tend
 * to be slow come last.
 */
export function likelyTests(paths: readonly string[]): string[] {
  const tests = paths
    .filter((path) => isTestPath(path) && mayHoldTests(path))
    .filter((path) => !/(^|\/)(support|helpers?|setup|types?)\b|conftest|(^|\/)__init__\.py$/.test(path))
    .sort((a, b) => Number(isNamedAsTest(b)) - Number(isNamedAsTest(a)) || a.length - b.length);
  const directories = [...Map.groupBy(tests, (path) => posix.dirname(path)).values()];
  return directories
    .sort((a, b) => b.length - a.length)
    .flatMap((files, rank) => files.map((path, index) => ({ path, index, rank, isSlow: slow.test(path) })))
    .sort((a, b) => Number(a.isSlow) - Number(b.isSlow) || a.index - b.index || a.rank - b.rank)
    .map(({ path }) => path);
}
