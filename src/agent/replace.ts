export type Replaced = { text: string; line: number; lines: number; note?: string } | string;

/**
 * Replaces a text that must occur exactly once. A text written with "\n" also matches lines that end in "\r\n", and
 * what is put in then gets the same ends. Otherwise nothing is done and the answer says why.
 */
export function replaceOnce(text: string, old: string, replacement: string, path: string): Replaced {
  const exact = occurrences(text, old);
  if (exact.length === 1) return replaceAt(text, exact[0] as number, old, replacement);
  if (exact.length > 1) {
    const lines = exact.map((at) => lineAt(text, at)).join(', ');
    return `No replacement was performed. Multiple occurrences of old_str in lines ${lines} of ${path}. Please ensure it is unique.`;
  }
  if (text.includes('\r\n') && !old.includes('\r\n')) {
    const withReturns = (part: string) => part.replaceAll('\n', '\r\n');
    const found = occurrences(text, withReturns(old));
    if (found.length === 1)
      return replaceAt(text, found[0] as number, withReturns(old), withReturns(replacement));
  }
  return `No replacement was performed. old_str did not appear verbatim in ${path}. View the file again and copy the lines exactly, white space included.`;
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
