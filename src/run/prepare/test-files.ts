import type { BaselineFacts } from '../../core/diagnosis.ts';
import type { TestRun } from '../../core/tests.ts';
import type { RepositoryFiles } from '../../environment/repository-files.ts';
import { mayHoldTests, testNames } from '../../text/test-names.ts';
import { isFileItself } from '../../verify/classify.ts';

const shownFiles = 20;

/** Counts a repository's test files, and those that gave results. */
export async function countTestFiles(
  files: RepositoryFiles,
  run: TestRun,
): Promise<BaselineFacts['testFiles']> {
  const texts = await files.readAll((await files.paths()).filter(mayHoldTests));
  const present = [...texts].flatMap(([path, text]) => {
    const names = testNames(path, text);
    return names === null ? [] : [{ path, names }];
  });
  const gaveResults = createLookup(run);
  if (gaveResults === null) return { present: present.length, collected: null, missing: [] };
  const missing = present.filter((file) => !gaveResults(file)).map(({ path }) => path);
  return {
    present: present.length,
    collected: present.length - missing.length,
    missing: missing.slice(0, shownFiles),
  };
}

type Lookup = (file: { path: string; names: readonly string[] }) => boolean;

/**
 * By the files that the runner names, else by the names of tests. Null when neither tells anything. A file that could
 * not be loaded gave no result.
 */
function createLookup(run: TestRun): Lookup | null {
  const tests = [...run.tests.values()].filter((test) => !isFileItself(test));
  const paths = new Set(tests.map(({ file }) => file));
  const ids = tests.filter(({ file }) => file === null).map(({ id }) => id);
  if (tests.length > 0 && ids.length === tests.length && ids.every((id) => id.startsWith('('))) return null;
  const titles = new Set(ids.flatMap((id) => id.split(' > ')));
  const words = new Set(ids.flatMap((id) => id.match(/\w+/g) ?? []));
  return ({ path, names }) =>
    paths.has(path) || names.some((name) => titles.has(name) || (/^\w{4,}$/.test(name) && words.has(name)));
}
