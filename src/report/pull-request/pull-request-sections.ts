import { paragraphs } from '../markdown.ts';

/** The report of one run within a pull request's text. */
export interface Section {
  run: string;
  text: string;
}

/** A pull request's text, taken apart: ours, and what the template and people wrote around it. */
export interface PullRequestText {
  verdict: string;
  before: string;
  /** The newest first. */
  sections: Section[];
  after: string;
}

const verdictStart = '<!-- ai-fix:verdict -->';
const end = '<!-- ai-fix:end -->';

export function printPullRequest(
  marker: string,
  { verdict, before, sections, after }: PullRequestText,
): string {
  const reports = sections.map(({ run, text }) => `<!-- ai-fix:section ${run} -->\n${text}\n\n${end}`);
  return paragraphs([
    `${marker}\n${verdictStart}\n${verdict}\n\n${end}`,
    before.trim(),
    ...reports,
    after.trim(),
  ]);
}

/**
 * Finds the parts that `printPullRequest` wrote. People may have edited the text since: what is not ours is kept, and
 * where none of ours is left, all of it is theirs.
 */
export function parsePullRequest(body: string): PullRequestText {
  const parsed: PullRequestText = { verdict: '', before: '', sections: [], after: '' };
  const foreign: { before: string[]; after: string[] } = { before: [], after: [] };
  let open: { run: string | null; lines: string[] } | null = null;
  for (const [index, line] of body.replace(/\r\n?/g, '\n').split('\n').entries()) {
    const run = startOf(line);
    if (run !== undefined) {
      if (open !== null) close(open, parsed); // somebody deleted its end: better kept than lost
      open = { run, lines: [] };
    } else if (open !== null && line === end) {
      close(open, parsed);
      open = null;
    } else if (open !== null) open.lines.push(line);
    else if (index > 0 || !isMarker(line))
      foreign[parsed.sections.length === 0 ? 'before' : 'after'].push(line);
  }
  if (open !== null) close(open, parsed);
  return { ...parsed, before: foreign.before.join('\n').trim(), after: foreign.after.join('\n').trim() };
}

/** The run whose section begins here, null for the verdict, undefined for all other lines. */
function startOf(line: string): string | null | undefined {
  if (line === verdictStart) return null;
  return /^<!-- ai-fix:section ([\w-]+) -->$/.exec(line)?.[1];
}

function close({ run, lines }: { run: string | null; lines: string[] }, parsed: PullRequestText): void {
  const text = lines.join('\n').trim();
  if (run === null) parsed.verdict = text;
  else parsed.sections.push({ run, text });
}

function isMarker(line: string): boolean {
  return /^<!--.*-->$/.test(line);
}
