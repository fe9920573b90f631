import { parseArgs } from 'node:util';
import { quoteWord } from '../../text/quote-word.ts';
import type { Word } from '../shell-words.ts';

export interface ArgumentRules {
  /** Options that take a value; `r` as a short form of `require` is written `require,r`. */
  withValue: readonly string[];
  /**
   * Options to leave out, with their values: reporters, coverage, watching. `coverage` stands for `no-coverage` and
   * `coverage.provider` as well.
   */
  drop: readonly string[];
}

/** Splits a runner's arguments into options and targets, as words for a shell. */
export function splitArguments(
  words: readonly Word[],
  rules: ArgumentRules,
): { options: string[]; targets: string[] } {
  const dropped = new Set(rules.drop);
  const isDropped = (name: string) =>
    [name, name.replace(/^no-/, ''), name.replace(/\..*/, '')].some((form) => dropped.has(form));
  const isKept = (token: OptionToken) =>
    !isDropped(token.name) && !isDropped(token.rawName.replace(/^-+/, ''));
  const options: string[] = [];
  const targets: string[] = [];
  for (const [index, tokens] of byWord(tokensOf(words, rules.withValue))) {
    const { plain, shell } = words[index] as Word;
    const all = tokens.filter((token) => token.kind === 'option');
    const flags = /^-\w=/.test(plain) ? all.slice(0, 1) : all;
    if (tokens[0]?.kind === 'positional') targets.push(shell);
    const kept = flags.filter(isKept);
    if (kept.length === 0) continue;
    options.push(...(kept.length === flags.length ? [shell] : kept.map(written)));
    const value = kept.at(-1)?.inlineValue === false ? words[index + 1]?.shell : undefined;
    if (value !== undefined) options.push(value);
  }
  return { options, targets };
}

type Token = ReturnType<typeof tokensOf>[number];
type OptionToken = Extract<Token, { kind: 'option' }>;

/** `-xvs` is one word and three options. */
function byWord(tokens: readonly Token[]): Map<number, Token[]> {
  return Map.groupBy(tokens, (token) => token.index);
}

function written(token: OptionToken): string {
  return token.inlineValue ? `${token.rawName}${quoteWord(token.value)}` : token.rawName;
}

/** The first word that is neither an option nor an option's value. */
export function firstTarget(words: readonly Word[], withValue: readonly string[]): number {
  return tokensOf(words, withValue).find((token) => token.kind === 'positional')?.index ?? -1;
}

function tokensOf(words: readonly Word[], withValue: readonly string[]) {
  return parseArgs({
    args: words.map((word) => word.plain),
    options: optionTable(withValue),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

function optionTable(withValue: readonly string[]) {
  const table: Record<string, { type: 'string'; multiple: true; short?: string }> = {};
  for (const names of withValue) {
    const [long, short] = names.split(',') as [string, string | undefined];
    table[long] = { type: 'string', multiple: true, ...(short === undefined ? {} : { short }) };
  }
  return table;
}
