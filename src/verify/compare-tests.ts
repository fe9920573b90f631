import { isFixture } from '../text/test-paths.ts';
import type { ChangedText } from './changed-text.ts';
import { type Pair, pairTests } from './pair-tests.ts';
import { findHelpers, readTests, type SourceTest, type SourceTests, type Switch } from './reading/tests.ts';
import { findTestChanges, type TestChange } from './test-changes.ts';
import { weakerAssertions } from './weaker-assertions.ts';

export interface Weakening {
  path: string;
  kind: 'focuses' | 'skips' | 'deletes' | 'removes' | 'loosens';
  /** The test's title; null for what is in none. */
  title: string | null;
  what: string;
}

export interface TestComparison {
  weakenings: Weakening[];
  /** Former tests that hold all they held, under another title or in another file. */
  renamed: { from: TestName; to: TestName }[];
}

interface TestName {
  path: string;
  title: string;
}

const code = /\.([cm]?[jt]sx?|py)$/;
const nothing: SourceTests = { tests: [], suites: { on: [], off: [] }, focused: [] };

/**
 * What changed test files assert less than before, as far as reading them tells: tests deleted, switched off or
 * singled out, assertions that went without one as strong in their place. What moved does not count, whether within
 * a file or to another one, nor do changed values, form, or titles.
 */
export function compareTests(files: ReadonlyMap<string, ChangedText>): TestComparison {
  const sources = [...files].filter(([path]) => code.test(path) && !isFixture(path));
  const helpers = new Set(
    sources.flatMap(([path, { before, after }]) =>
      [before, after].flatMap((text) => findHelpers(path, text ?? '')),
    ),
  );
  const read = sources.map(([path, { before, after }]) => ({
    path,
    before: before === null ? nothing : readTests(path, before, helpers),
    after: after === null ? nothing : readTests(path, after, helpers),
  }));
  const pairs = pairTests(
    read.flatMap(({ before }) => before.tests),
    read.flatMap(({ after }) => after.tests),
  );
  const changes = findTestChanges(pairs);
  return {
    weakenings: dedupe([
      ...read.flatMap(newSwitches),
      ...pairs.flatMap(switchedOff),
      ...changes.flatMap((change) => weakened(change, changes)),
    ]),
    renamed: changes.flatMap(({ before, after, removed }) => {
      const [from, to] = [nameOf(before), nameOf(after)];
      const holdsAll = removed.length === 0 && before !== null && before.assertions.length > 0;
      return from !== null && to !== null && holdsAll ? [{ from, to }] : [];
    }),
  };
}

function nameOf(test: SourceTest | null): TestName | null {
  return test === null || test.title === null ? null : { path: test.path, title: test.title };
}

interface ReadFile {
  path: string;
  before: SourceTests;
  after: SourceTests;
}

/** Blocks that are singled out, and suites that are switched off. */
function newSwitches({ path, before, after }: ReadFile): Weakening[] {
  const focused = newIn(after.focused, before.focused).map(({ how, title }): Weakening => {
    return { path, kind: 'focuses', title, what: `runs no other test than "${title}": \`${how}\`` };
  });
  const noLongerOn = newIn(before.suites.on, after.suites.on).map(({ title }) => title);
  const off = newIn(after.suites.off, before.suites.off)
    .filter(({ title }) => noLongerOn.includes(title))
    .map(({ how, title }): Weakening => ({ path, kind: 'skips', title, what: whatSkipped(title, how) }));
  return [...focused, ...off];
}

function newIn(blocks: readonly Switch[], known: readonly Switch[]): Switch[] {
  const left = known.map(({ title }) => title);
  return blocks.filter(({ title }) => {
    const index = left.indexOf(title);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

function switchedOff({ before, after }: Pair): Weakening[] {
  if (before === null || after === null || before.off !== null) return [];
  const { path, title } = after;
  if (after.off !== null) {
    const what = whatSkipped(after.off.title, after.off.how);
    return [{ path, kind: 'skips', title: before.title, what }];
  }
  if (after.skipsItself <= before.skipsItself) return [];
  return [{ path, kind: 'skips', title: before.title, what: `lets the test "${title}" skip itself` }];
}

function whatSkipped(title: string, how: string): string {
  return `skips "${title}": \`${how}\``;
}

function weakened(change: TestChange, all: readonly TestChange[]): Weakening[] {
  const { before, after, removed } = change;
  if (before === null) return [];
  const { path, title } = before;
  if (after === null) {
    if (before.off !== null || hasTwin(change, all)) return [];
    if (title !== null && removed.length === before.assertions.length)
      return [{ path, kind: 'deletes', title, what: `deletes the test "${title}"` }];
  }
  return weakerAssertions(change).map(({ was, became }): Weakening => {
    if (became === null)
      return { path, kind: 'removes', title, what: `removes the assertion \`${shorten(was.text)}\`` };
    const what = `loosens an assertion: \`${shorten(was.text)}\` became \`${shorten(became.text)}\``;
    return { path, kind: 'loosens', title, what };
  });
}

/** Whether the same test was there twice. */
function hasTwin({ before }: TestChange, all: readonly TestChange[]): boolean {
  const words = before?.words.join(' ');
  return all.some((other) => other.after !== null && other.before?.words.join(' ') === words);
}

function dedupe(weakenings: readonly Weakening[]): Weakening[] {
  return [...new Map(weakenings.map((one) => [`${one.path} ${one.what}`, one])).values()];
}

function shorten(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 117)}...`;
}
