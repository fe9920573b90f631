/**
 * A parser of Markdown takes minutes for blocks within each other by the thousand. Twenty are kept; what would begin
 * further ones is escaped. No person writes that, but rows of `>` are found in logs.
 */
export function withoutDeepBlocks(markdown: string): string {
  return markdown.replace(deepBlocks, '$2\\');
}

const deepBlocks =
  /^(?![ \t]*([-*])(?:[ \t]*\1)*[ \t]*$)([ \t]*(?:(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]))[ \t]*){20})(?=[>*+\d-])/gm;

const mostLinks = 3000;
const mostCells = 10_000;
const mostSigns = 5000;

/**
 * Whether there are thousands of beginnings of links or emphasis, which are matched in quadratic time, or tables so wide and long
 * that their cells, which are filled up to the head's width, would fill the memory.
 */
export function isIntricate(markdown: string): boolean {
  return (
    countOf(markdown, /\]\(|!\[|\[\^/g) > mostLinks ||
    countOf(markdown, /\*+|\b_+(?!\w)|(?<!\w)_+/g) > mostSigns ||
    countCells(markdown) > mostCells
  );
}

const delimiterRow = /^[ \t>]*\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*:?-+:?[ \t]*\|?[ \t]*$/;

/** Cells of all tables: a line of dashes and bars gives the columns, the lines up to the next blank one are rows. */
function countCells(markdown: string): number {
  let columns = 0;
  let cells = 0;
  for (const line of markdown.split('\n')) {
    if (line.trim() === '') columns = 0;
    else if (line.includes('|') && delimiterRow.test(line)) columns = countOf(line, /-+/g);
    cells += columns;
  }
  return cells;
}

/** Struck-out text is found in quadratic time, yet thousands of tildes are usual in logs: then it is not looked for. */
export function hasManyTildes(markdown: string): boolean {
  return countOf(markdown, /~+/g) > 1000;
}

function countOf(text: string, expression: RegExp): number {
  return text.match(expression)?.length ?? 0;
}
