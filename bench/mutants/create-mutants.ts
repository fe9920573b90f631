import type { TestResult, TestRun } from '../../src/core/tests.ts';
import type { Instance } from '../../src/eval/instance.ts';
import { isTestPath } from '../../src/text/test-paths.ts';
import { commitFiles } from '../../src/workspace/commits.ts';
import type { GitDirectory } from '../../src/workspace/git.ts';
import { breakFunctions } from './break-source.ts';
import { applyPatches, replaceText, textsOf } from './trees.ts';
import { deleteTest, type Edit, languageOf, loosenTest } from './weaken-tests.ts';

export type MutantName = 'fix_left_out' | 'test_deleted' | 'assertion_loosened' | 'unrelated_broken';

export interface Mutant {
  mutant: MutantName;
  tree: string;
  /** The file that was made worse, and what in it. */
  path: string;
  what: string;
  /** Tests that it breaks. */
  broken: string[];
}

interface About {
  git: GitDirectory;
  base: string;
  /** The tree with the true fix. */
  fixed: string;
  /** The fix's tests, as a patch. */
  tests: Buffer;
  /** The suite on the base. */
  before: TestRun;
}

/** Most functions that are broken to find one that a test notices. */
const tries = 6;
/** Times the suite takes on the base: tests that wait for what was broken would take all the time there is. */
const patience = 3;

/** Makes the mutants of a true fix out of the repository's own files; says why where one cannot be made. */
export async function* createMutants(
  about: About,
  instance: Instance,
  tryOut: (tree: string, seconds: number) => Promise<TestRun>,
): AsyncGenerator<Mutant | { mutant: MutantName; why: string }> {
  const { git, base, fixed, tests } = about;
  yield {
    mutant: 'fix_left_out',
    tree: await applyPatches(git, base, [tests]),
    path: '',
    what: 'tests only',
    broken: [],
  };
  const paths = await commitFiles(git, fixed).paths();
  const texts = await textsOf(
    git,
    fixed,
    paths.filter((path) => languageOf(path) !== null),
  );
  const testTexts = await passingTestFiles(about, instance, texts);
  const ways = { test_deleted: deleteTest, assertion_loosened: loosenTest } as const;
  for (const [mutant, weaken] of Object.entries(ways) as [keyof typeof ways, typeof deleteTest][]) {
    const edit = first(testTexts, ([path, text]) => weaken(path, text, passedOf(about.before)));
    if (edit === null) yield { mutant, why: 'no place for it was found' };
    else yield await asMutant(about, mutant, edit);
  }
  yield await breakUnrelated(about, instance, texts, new Map(testTexts), tryOut);
}

function first<Item, Result>(items: readonly Item[], look: (item: Item) => Result | null): Result | null {
  for (const item of items) {
    const found = look(item);
    if (found !== null) return found;
  }
  return null;
}

async function asMutant(
  { git, fixed }: About,
  mutant: MutantName,
  { path, text, what }: Edit,
): Promise<Mutant> {
  return { mutant, tree: await replaceText(git, fixed, { path, text }), path, what, broken: [] };
}

function passedOf(run: TestRun): TestResult[] {
  return [...run.tests.values()].filter(({ status }) => status === 'passed');
}

/** Files that were there before with tests that passed; those that the fix changes come first. */
async function passingTestFiles(
  { git, base, before }: About,
  { test_files }: Instance,
  texts: ReadonlyMap<string, string>,
): Promise<[string, string][]> {
  const isThere = new Set(await commitFiles(git, base).paths());
  const files = new Set(passedOf(before).map(({ file }) => file));
  const tellsFiles = [...files].some((file) => file !== null);
  return [...texts]
    .filter(([path]) => isThere.has(path) && (tellsFiles ? files.has(path) : isTestPath(path)))
    .sort(([a], [b]) => Number(test_files.includes(b)) - Number(test_files.includes(a)));
}

/** Breaks a function, first of files that the fix does not touch, in its part of the repository, such that a test notices. */
async function breakUnrelated(
  about: About,
  { source_files }: Instance,
  texts: ReadonlyMap<string, string>,
  tests: ReadonlyMap<string, string>,
  tryOut: (tree: string, seconds: number) => Promise<TestRun>,
): Promise<Mutant | { mutant: MutantName; why: string }> {
  const mutant = 'unrelated_broken';
  const areas = new Set(source_files.map(areaOf));
  const rank = (path: string) => (source_files.includes(path) ? 1 : areas.has(areaOf(path)) ? 0 : 2);
  const edits = [0, 1, 2].flatMap((wanted) =>
    breakFunctions(new Map([...texts].filter(([path]) => !isTestPath(path) && rank(path) === wanted)), tests),
  );
  for (const edit of edits.slice(0, tries)) {
    const made = await asMutant(about, mutant, edit);
    const run = await tryOut(made.tree, patience * about.before.seconds + 30);
    if (run.cutShort) continue;
    const broken = passedOf(about.before)
      .map(({ id }) => id)
      .filter((id) => run.tests.get(id)?.status === 'failed');
    const isPartly = [...run.tests.values()].some(({ status }) => status === 'passed');
    if (broken.length > 0 && isPartly) return { ...made, broken };
  }
  return { mutant, why: edits.length === 0 ? 'no function for it was found' : 'no test noticed' };
}

/** The package, or the top directory. */
function areaOf(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('packages/') ? 2 : 1)
    .join('/');
}
