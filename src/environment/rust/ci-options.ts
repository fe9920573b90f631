import { logicalLines } from '../../text/logical-lines.ts';
import { cargoTest } from '../runners/rust/cargo-test.ts';
import { parseCommands, type Word } from '../shell-words.ts';
import { expandedCommands } from './expand-commands.ts';
import { keptOptions } from './kept-options.ts';

const kept = /^(--all-features|--features|-F|--workspace|--all|--exclude|--no-default-features)(=|$)/;
/** Options that make other programs of the tests than this machine runs, or only some of them. */
const elsewhere = /^(--target|--release|--profile|-Z|--manifest-path|-p|--package|--test|--bench|--doc)/;

const call = /\bcargo (?:test|t|nextest run|llvm-cov(?: test| nextest)?|tarpaulin)(?=\s|$)/g;

/** What CI and its scripts say of how the tests are built. */
export interface CiTests {
  /** The options that CI tests most with: of its plain calls, those of the one that turns most features on. */
  options: string[];
  /** The packages that it tests by name. */
  packages: ReadonlySet<string>;
}

export function readCiTests(texts: Iterable<string>): CiTests {
  const calls = [...texts].flatMap((text) => [text, ...expandedCommands(text)]).flatMap(testCalls);
  const read = calls.map((words) => cargoTest.split(words));
  const plain = read
    .filter(({ options, targets }) => targets.length === 0 && !options.some(isElsewhere))
    .map(({ options }) => keptOptions(options, kept));
  const named = read.flatMap(({ options }) =>
    options.flatMap((word, index) => {
      if (/^(-p|--package)$/.test(word)) return options[index + 1] ?? [];
      return /^--package=(.*)/.exec(word)?.[1] ?? [];
    }),
  );
  return { options: plain.sort((a, b) => score(b) - score(a))[0] ?? [], packages: new Set(named) };
}

function isElsewhere(word: string): boolean {
  return elsewhere.test(word) || /[$`{]/.test(word);
}

/** The words after each call. */
function testCalls(text: string): Word[][] {
  return logicalLines(text).flatMap((line) =>
    [...line.matchAll(call)].flatMap(({ 0: { length }, index }) => {
      const [words] = parseCommands(`cargo-test${line.slice(index + length)}`);
      return words === undefined ? [] : [words.slice(1)];
    }),
  );
}

function score(options: readonly string[]): number {
  const has = (pattern: RegExp) => options.some((word) => pattern.test(word));
  if (has(/^--no-default-features/)) return -1;
  const features = has(/^--all-features/) ? 1000 : 2 * featuresIn(options).length;
  return features + (has(/^(--workspace|--all)$/) ? 1 : 0);
}

/** The names after `--features`, which take commas and blanks between them. */
export function featuresIn(options: readonly string[]): string[] {
  return options.flatMap((word, index) => {
    const isValue = /^(--features|-F)$/.test(options[index - 1] ?? '');
    const value = isValue ? word : (/^(?:--features|-F)=(.*)$/s.exec(word)?.[1] ?? '');
    return value
      .replace(/^['"]|['"]$/g, '')
      .split(/[\s,]+/)
      .filter((name) => name !== '');
  });
}
