/** A file as Python's configparser reads it: keys of sections, in lower case; values may go over several lines. */
export type Ini = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Never throws: a line that says nothing is passed over. */
export function parseIni(text: string): Ini {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let key: string | undefined;
  for (const raw of text.replaceAll('\r\n', '\n').split('\n')) {
    const line = raw.replace(/(^|\s)[#;].*$/, '').trimEnd();
    if (line.trim() === '') continue;
    const heading = /^\[([^\]]+)\]\s*$/.exec(line)?.[1];
    const assignment = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*)$/.exec(line);
    if (heading !== undefined) {
      section = sections.get(heading) ?? new Map();
      sections.set(heading, section);
      key = undefined;
    } else if (/^\s/.test(line) && key !== undefined) {
      section?.set(key, `${section.get(key)}\n${line.trim()}`);
    } else if (assignment !== null) {
      key = (assignment[1] as string).toLowerCase();
      section?.set(key, assignment[2] as string);
    }
  }
  return sections;
}

/** The lines of a value that has one item a line. */
export function linesOf(value: string | undefined): string[] {
  return (value ?? '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
