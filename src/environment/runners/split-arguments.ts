import { parseArgs } from 'node:util';
import type { Word } from '../shell-words.ts';

export interface ArgumentRules {
  /** Options that take a value; `r` as a short form of `require` is written `require,r`. */
  withValue: readonly string[];
  /** Options to leave out, with their values: reporters, coverage, watching. */
  drop: readonly string[];
}

/** Splits a runner's arguments into options and targets, as words for a shell. */
export function splitArguments(
  words: readonly Word[],
  rules: ArgumentRules,
): { options: string[]; targets: string[] } {
  const { tokens } = parseArgs({
    args: words.map((word) => word.plain),
    options: optionTable(rules.withValue),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const dropped = new Set(rules.drop);
  const options: string[] = [];
  const targets: string[] = [];
  for (const token of tokens) {
    const shell = words[token.index]?.shell;
    if (shell === undefined || token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      targets.push(shell);
    } else if (!dropped.has(token.name) && !dropped.has(token.rawName.replace(/^-+/, ''))) {
      options.push(shell);
      const value = token.inlineValue === false ? words[token.index + 1]?.shell : undefined;
      if (value !== undefined) options.push(value);
    }
  }
  return { options, targets };
}

function optionTable(withValue: readonly string[]) {
  const table: Record<string, { type: 'string'; multiple: true; short?: string }> = {};
  for (const names of withValue) {
    const [long, short] = names.split(',') as [string, string | undefined];
    table[long] = { type: 'string', multiple: true, ...(short === undefined ? {} : { short }) };
  }
  return table;
}
