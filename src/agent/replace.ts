import { type Looseness, matchLoosely } from './loose-match.ts';
import { readLostIndent } from './lost-indent.ts';
import { describeMiss, describeSeveral } from './near-miss.ts';
import { patchRegion } from './patch-region.ts';

export type Replaced = Made | string;

interface Made {
  text: string;
  /** Where what was put in begins, and how many lines it has. */
  line: number;
  lines: number;
  match: 'verbatim' | 'first line indented' | Looseness;
  /** For the model, when the match was not verbatim. */
  note?: string;
}

/**
 * Replaces a text that must occur exactly once: as it is, else with white space read more and more loosely, line by
 * line. A looser match is told in `note`. A text written with "\n" also matches lines that end in "\r\n", and what is
 * put in gets the ends of the lines around. Otherwise nothing is done and the answer says why.
 */
export function replaceOnce(text: string, old: string, replacement: string, path: string): Replaced {
  const returns = old.includes('\n') && !old.includes('\r\n') ? withReturns(old) : null;
  const atReturns = returns === null ? [] : occurrences(text, returns);
  const exact = occurrences(text, old).filter((at) => !atReturns.includes(at - 1)); // the same place, half an end later
  const found = [...exact, ...atReturns].sort((a, b) => a - b);
  const [at] = found;
  if (at === undefined) return replaceLoosely(text, old, replacement, path);
  if (found.length > 1) {
    const places = found.map((place) => lineAt(text, place));
    return describeSeveral(text, places, old.trimEnd().split('\n').length, path);
  }
  if (returns !== null && exact.length === 0) return replaceAt(text, at, returns, withReturns(replacement));
  return replaceVerbatim(text, at, old, replacement, path);
}

/** Where the text stands as it was given. It may still have lost the indentation of its first line. */
function replaceVerbatim(text: string, at: number, old: string, replacement: string, path: string): Replaced {
  const line = lineAt(text, at);
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const following = text.slice(at + old.length);
  const lost = text.slice(start, at);
  const rest = following.split('\n', 1).join('');
  if (!/[\p{L}\p{N}_]/u.test(old) && `${lost}${rest}`.trim() !== '') {
    return `No replacement was performed. old_str has no word in it, and is only a part of line ${line} of ${path}: ${JSON.stringify((lost + old + rest).trim().slice(0, 200))}. Please give whole lines.`;
  }
  const isWindows = !old.includes('\n') && lineEndAt(text, at) === '\r\n';
  const put = isWindows ? withReturns(replacement) : replacement;
  const isWhole = lost.trim() === '' && rest.trim() === '';
  const meant = isWhole ? readLostIndent(lost, old.split('\n'), put.split('\n'), following) : 'stays';
  if (meant === 'unclear') {
    return `No replacement was performed. old_str is at line ${line} of ${path}, without the indentation of its first line, and it is not clear how the lines of new_str are to be indented. Please give whole lines, from their start.`;
  }
  if (meant === 'stays') return replaceAt(text, at, old, put);
  const shifted = put.replace(/\n(?=[^\r\n])/g, `\n${lost}`);
  const note = `Note: the first line of old_str lacked its indentation; the other lines of new_str were indented by as much.`;
  return { ...replaceAt(text, at, old, shifted), match: 'first line indented', note };
}

const inWords: Record<Looseness, string> = {
  'line ends': 'white space at the ends of lines ignored',
  shifted: 'all of its lines shifted by the same indentation',
  spaced: 'white space ignored',
};

function replaceLoosely(text: string, old: string, replacement: string, path: string): Replaced {
  const lines = text.split('\n');
  const wanted = wholeLines(old);
  const put = old.endsWith('\n') ? wholeLines(replacement) : replacement.split(/\r?\n/);
  const found = matchLoosely(lines, wanted);
  const [region] = found?.regions ?? [];
  if (found === null || region === undefined) return describeMiss(text, wanted, path);
  if (found.regions.length > 1) {
    const places = found.regions.map(({ start }) => start + 1);
    return describeSeveral(text, places, wanted.length, path, inWords[found.looseness]);
  }
  const patched = patchRegion(lines, region, wanted, put);
  if (patched === null) return describeMiss(text, wanted, path);
  return {
    text: [...lines.slice(0, region.start), ...patched, ...lines.slice(region.end)].join('\n'),
    line: region.start + 1,
    lines: patched.length,
    match: found.looseness,
    note: `Note: old_str was not there verbatim. It was found once, with ${inWords[found.looseness]}, at lines ${region.start + 1}-${region.end}; new_str was put in with the file's own indentation.`,
  };
}

/** The lines of a text that is meant as whole lines: what ends the last one starts no other. */
function wholeLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** How the line ends that holds this place; the last line, where it has no end, as the one before. */
export function lineEndAt(text: string, at: number): '\n' | '\r\n' {
  const next = text.indexOf('\n', at);
  const end = next >= 0 ? next : text.lastIndexOf('\n', at);
  return text[end - 1] === '\r' ? '\r\n' : '\n';
}

function withReturns(text: string): string {
  return text.replace(/\r?\n/g, '\r\n');
}

function replaceAt(text: string, at: number, old: string, replacement: string): Made {
  const line = lineAt(text, at);
  const lines = replacement.split('\n').length;
  return {
    text: text.slice(0, at) + replacement + text.slice(at + old.length),
    line,
    lines,
    match: 'verbatim',
  };
}

const mostPlaces = 60;

function occurrences(text: string, part: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(part); at >= 0 && found.length < mostPlaces; at = text.indexOf(part, at + 1)) {
    found.push(at);
  }
  return found;
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}
