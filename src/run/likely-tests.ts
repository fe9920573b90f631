import { posix } from 'node:path';
import { mayHoldTests } from '../text/test-names.ts';
import { isTestPath } from '../text/test-paths.ts';

/**
 * Files that are tests by their name, the likeliest to run by themselves first: of the directories with most of them,
 * one after the other, the shortest path, which tends to be a plain one.
 */
export function likelyTests(paths: readonly string[]): string[] {
  const tests = paths
    .filter((path) => isTestPath(path) && mayHoldTests(path))
    .filter((path) => !/(^|\/)(support|helpers?|setup|types?)\b|conftest/.test(path))
    .sort((a, b) => a.length - b.length);
  const directories = [...Map.groupBy(tests, (path) => posix.dirname(path)).values()];
  return directories
    .sort((a, b) => b.length - a.length)
    .flatMap((files, rank) => files.map((path, index) => ({ path, index, rank })))
    .sort((a, b) => a.index - b.index || a.rank - b.rank)
    .map(({ path }) => path);
}
