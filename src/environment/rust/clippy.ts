import { logicalLines } from '../../text/logical-lines.ts';
import { quoteWord } from '../../text/quote-word.ts';
import { cargoTest } from '../runners/rust/cargo-test.ts';
import { parseCommands, type Word } from '../shell-words.ts';
import { expandedCommands } from './expand-commands.ts';
import { keptOptions } from './kept-options.ts';

const kept =
  /^(--all-features|--features|-F|--no-default-features|--workspace|--all|--exclude|--all-targets|--tests|--lib|--bins)(=|$)/;
const elsewhere = /^(--target|--manifest-path|-p|--package|--release|--profile|-Z|--fix)|[$`{]/;

/**
 * CI's call of clippy on the whole repository, with the lints that it has there as warnings: an error would end the rest.
 * Null where CI does not run it, or with another compiler only.
 */
export function clippyCommand(texts: Iterable<string>): string | null {
  const lines = [...texts].flatMap((text) => [...logicalLines(text), ...expandedCommands(text)]);
  for (const words of lines.flatMap(clippyCalls)) {
    const { options, targets } = cargoTest.split(words);
    if (targets.length > 0 || options.some((word) => elsewhere.test(word))) continue;
    const own = keptOptions(options, kept);
    const lints = lintsOf(words);
    const all = [...own, ...(lints.length === 0 ? [] : ['--', ...lints])];
    return ['cargo clippy --offline --message-format short', ...all].join(' ');
  }
  return null;
}

/** Whether CI holds the code to its format. */
export function checksFormat(texts: Iterable<string>): boolean {
  return [...texts].some((text) => /\bcargo (\+\S+ )?fmt\b|\brustfmt\b[^\n]*--check/.test(text));
}

function clippyCalls(line: string): Word[][] {
  const rest = /\bcargo clippy(?=\s|$)(.*)/.exec(line)?.[1];
  if (rest === undefined || /^\s*#/.test(line)) return [];
  return parseCommands(`clippy${rest}`)
    .slice(0, 1)
    .map((words) => words.slice(1));
}

/** What comes after `--`: `-D warnings`, `-Aclippy::all`. */
function lintsOf(words: readonly Word[]): string[] {
  const end = words.findIndex(({ plain }) => plain === '--');
  const all = end < 0 ? [] : words.slice(end + 1).map(({ plain }) => plain);
  const lints = all.filter((word, index) => isLevel(word) || isLevel(all[index - 1] ?? ''));
  return lints.map((word) => quoteWord(word.replace(/^-[DF]/, '-W').replace(/^--(deny|forbid)/, '--warn')));
}

function isLevel(word: string): boolean {
  return /^(-[DWAF](?:[\w:-]+)?|--(deny|warn|allow|forbid)(=.*)?)$/.test(word);
}
