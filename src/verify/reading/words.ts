const word = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|[A-Za-z_$][\w$]*|\d[\w.]*/g;

/** The words, numbers and strings of a piece of code, in their order; all strings in the same quotes. */
export function wordsOf(code: string): string[] {
  return (code.match(word) ?? []).map((found) =>
    /^["'`]/.test(found) ? `'${found.slice(1, -1).replace(/\s+/g, ' ')}'` : found,
  );
}

/** How much two lists of words have in common, in whatever order: from 0 to 1. */
export function similarity(a: readonly string[], b: readonly string[]): number {
  if (a.length + b.length === 0) return 1;
  return (2 * (a.length - without(a, b).length)) / (a.length + b.length);
}

/** What a list has more of than another. */
export function without(list: readonly string[], other: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const item of other) counts.set(item, (counts.get(item) ?? 0) + 1);
  return list.filter((item) => {
    const count = counts.get(item) ?? 0;
    counts.set(item, count - 1);
    return count <= 0;
  });
}
