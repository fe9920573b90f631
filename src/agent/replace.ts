export type Replaced = { text: string; line: number; lines: number; note?: string } | string;

/**
 * Replaces a text that must occur exactly once. A text written with "\n" also matches lines that end in "\r\n", and
 * what is put in gets the ends of the lines around. Otherwise nothing is done and the answer says why.
 */
export function replaceOnce(text: string, old: string, replacement: string, path: string): Replaced {
  const returns = old.includes('\n') && !old.includes('\r\n') ? withReturns(old) : null;
  const atReturns = returns === null ? [] : occurrences(text, returns);
  const exact = occurrences(text, old).filter((at) => !atReturns.includes(at - 1)); // the same place, half an end later
  const found = [...exact, ...atReturns].sort((a, b) => a - b);
  const [at] = found;
  if (at === undefined) {
    return `No replacement was performed. old_str did not appear verbatim in ${path}. View the file again and copy the lines exactly, white space included.`;
  }
  if (found.length > 1) {
    const lines = found.map((place) => lineAt(text, place)).join(', ');
    return `No replacement was performed. Multiple occurrences of old_str in lines ${lines} of ${path}. Please ensure it is unique.`;
  }
  if (returns !== null && exact.length === 0) return replaceAt(text, at, returns, withReturns(replacement));
  const isWindows = !old.includes('\n') && lineEndAt(text, at) === '\r\n';
  return replaceAt(text, at, old, isWindows ? withReturns(replacement) : replacement);
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

function replaceAt(text: string, at: number, old: string, replacement: string): Replaced {
  const line = lineAt(text, at);
  const lines = replacement.split('\n').length;
  return { text: text.slice(0, at) + replacement + text.slice(at + old.length), line, lines };
}

function occurrences(text: string, part: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) found.push(at);
  return found;
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}
