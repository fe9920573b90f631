export type Reindent = (indent: string) => string | null;

/** How a text's indentation becomes a file's, from lines that are the same in both; null where they do not tell. */
export function reindentation(pairs: readonly (readonly [text: string, file: string])[]): Reindent | null {
  return byShift(pairs) ?? byRatio(pairs) ?? byTable(pairs);
}

export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** One indentation is put before all, or taken from all. */
export function byShift(pairs: readonly (readonly [string, string])[]): Reindent | null {
  const [first] = pairs;
  if (first === undefined) return (indent) => indent;
  const [text, file] = first;
  const added = file.endsWith(text) ? file.slice(0, file.length - text.length) : null;
  const taken = text.endsWith(file) ? text.slice(0, text.length - file.length) : null;
  const shift: Reindent =
    added !== null
      ? (indent) => added + indent
      : (indent) => (taken !== null && indent.startsWith(taken) ? indent.slice(taken.length) : null);
  return fits(shift, pairs) ? shift : null;
}

/** Each level is another number of other characters: two spaces for four, a tab for four spaces. */
function byRatio(pairs: readonly (readonly [string, string])[]): Reindent | null {
  const deepest = [...pairs].sort(([a], [b]) => b.length - a.length)[0];
  if (deepest === undefined) return null;
  const [text, file] = deepest;
  if (text === '' || !isUniform(text) || !isUniform(file) || file === '') return null;
  const unit = file.charAt(0);
  const convert: Reindent = (indent) => {
    const length = (indent.length * file.length) / text.length;
    return Number.isInteger(length) && isUniform(indent) ? unit.repeat(length) : null;
  };
  return fits(convert, pairs) ? convert : null;
}

/** Only what was seen is known. */
function byTable(pairs: readonly (readonly [string, string])[]): Reindent | null {
  const table = new Map(pairs);
  const lookUp: Reindent = (indent) => table.get(indent) ?? null;
  return fits(lookUp, pairs) ? lookUp : null;
}

function fits(reindent: Reindent, pairs: readonly (readonly [string, string])[]): boolean {
  return pairs.every(([text, file]) => reindent(text) === file);
}

function isUniform(indent: string): boolean {
  return /^(?: *|\t*)$/.test(indent);
}
