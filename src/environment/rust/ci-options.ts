import { cargoTest } from '../runners/cargo-test.ts';
import { parseCommands, type Word } from '../shell-words.ts';

const withValue = /^(--features|-F)$/;
const kept = /^(--all-features|--features|-F|--workspace|--all|--no-default-features)(=|$)/;
/** Options that make other programs of the tests than this machine runs, or only some of them. */
const elsewhere =
  /^(--target|--release|--profile|-Z|--manifest-path|--exclude|-p|--package|--test|--bench|--doc)/;

/** The options that CI tests most with: of its plain calls of `cargo test`, the one that turns most features on. */
export function ciOptions(workflows: Iterable<string>): string[] {
  const candidates = [...workflows].flatMap(cargoTestCommands).flatMap((words) => {
    const { options, targets } = cargoTest.split(words);
    const isPlain =
      !options.some((word) => elsewhere.test(word) || /[$`{]/.test(word)) && targets.length === 0;
    return isPlain ? [keptOptions(options)] : [];
  });
  return candidates.sort((a, b) => score(b) - score(a))[0] ?? [];
}

function cargoTestCommands(text: string): Word[][] {
  const lines = text.replace(/\\\r?\n/g, ' ').match(/\bcargo test\b.*/g) ?? [];
  return lines.flatMap((line) => parseCommands(line).slice(0, 1)).map((words) => words.slice(2));
}

function keptOptions(options: readonly string[]): string[] {
  return options.filter((word, index) => kept.test(word) || withValue.test(options[index - 1] ?? ''));
}

function score(options: readonly string[]): number {
  const has = (pattern: RegExp) => options.some((word) => pattern.test(word));
  if (has(/^--no-default-features/)) return -1;
  return (
    (has(/^--all-features/) ? 4 : has(/^(--features|-F)/) ? 2 : 0) + (has(/^--(workspace|all)$/) ? 1 : 0)
  );
}
