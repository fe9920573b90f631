import type { TestSelection } from '../core/tests.ts';
import { likelyTests } from '../run/prepare/likely-tests.ts';
import type { Instance } from './instance.ts';
import { fileIn } from './match-tests.ts';

/**
 * The test files to run first: those that the instance's tests name, and those that its test patch changes. All tests
 * where a test that must turn green is in none of them. `basePaths` are the files of the base commit.
 */
export function selectHidden(
  instance: Pick<Instance, 'FAIL_TO_PASS' | 'PASS_TO_PASS'>,
  testPatch: Uint8Array,
  basePaths: readonly string[],
): TestSelection {
  const changed = changedPaths(testPatch);
  const known = new Set([...basePaths, ...changed]);
  const fileOf = (name: string) => {
    const file = fileIn(name);
    return file !== null && known.has(file) ? file : null;
  };
  const ownFiles = likelyTests(changed);
  const named = [...instance.FAIL_TO_PASS, ...instance.PASS_TO_PASS]
    .map(fileOf)
    .filter((file) => file !== null);
  const files = [...new Set([...ownFiles, ...named])];
  const isCovered = ownFiles.length > 0 || instance.FAIL_TO_PASS.every((name) => fileOf(name) !== null);
  return files.length > 0 && isCovered ? { files } : 'all';
}

/** The files that a patch leaves changed or new. Names that git puts in quotes are left out: this only narrows a run. */
function changedPaths(patch: Uint8Array): string[] {
  const text = Buffer.from(patch).toString('utf8');
  const paths = [...text.matchAll(/^(?:\+\+\+ b\/|rename to |copy to )([^\t\n]+)/gm)].map(
    ([, path = '']) => path,
  );
  return [...new Set(paths)];
}
