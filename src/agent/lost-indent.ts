import { indentOf } from './indentation.ts';

/**
 * Of a text whose first line lacks its indentation: are the other lines of what is put in meant as they stand, or do
 * they lack as much (`shifts`)?
 */
export type LostIndent = 'stays' | 'shifts' | 'unclear';

/** `lost` is what the file has before the place, `following` its text after it. */
export function readLostIndent(
  lost: string,
  old: readonly string[],
  put: readonly string[],
  following: string,
): LostIndent {
  if (lost === '') return 'stays';
  const meant = readFirstLines(lost, put, following);
  const known = new Set(old.slice(1).filter((line) => /^\s+\S/.test(line)));
  const isVerbatim = put.slice(1).some((line) => known.has(line)); // so at least that one has all of its indentation
  return meant === 'shifts' && isVerbatim ? 'unclear' : meant;
}

/** A line after one that opens a block is deeper, after another it is not. */
function readFirstLines(lost: string, put: readonly string[], following: string): LostIndent {
  const [first = '', ...others] = put;
  const rest = others.filter((line) => line.trim() !== '');
  const [next] = rest;
  if (next === undefined) return 'stays';
  const own = widthOf(first);
  const inFile = lost.length + own;
  const width = widthOf(next);
  if (opensBlock(first))
    return /^\s*[)\]}]/.test(next) || width > own ? nearer(width, own, inFile) : 'unclear';
  if (width > own) return 'stays';
  if (widthOf(firstContent(following)) >= inFile) return 'shifts'; // else the file would go on too deep
  const leaves = /^\s*(return|yield|raise|break|continue)\b/;
  if (rest.some((line) => widthOf(line) <= own && leaves.test(line))) return 'shifts';
  const code = rest.find((line) => !/^\s*(#|\/\/|\*|\/\*)/.test(line)) ?? next;
  return isDefinition.test(code) ? 'unclear' : 'shifts';
}

const isDefinition =
  /^\s*(@|(export\s+|public\s+|private\s+|protected\s+|static\s+|async\s+|pub\s+)*(def|class|function|func|fn|interface|type|struct|enum|impl|const|let|var)\b)/;

/** The block of a first line is one step deeper: than where the file has that line, or than how it was written. */
function nearer(width: number, own: number, inFile: number): LostIndent {
  return width > inFile || (width === inFile && width - own > 8) ? 'stays' : 'shifts';
}

function opensBlock(line: string): boolean {
  const code = line.replace(/\s+(#|\/\/).*$/, '').trimEnd();
  return /[:{([,=\\+]$|=>$|\b(and|or|not|in)$/.test(code) && !/^\s*(#|\/\/)/.test(line);
}

function widthOf(line: string): number {
  return indentOf(line).length;
}

function firstContent(text: string): string {
  return (
    text
      .split('\n')
      .slice(1)
      .find((line) => line.trim() !== '') ?? ''
  );
}
