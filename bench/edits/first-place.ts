import type { Edit } from './attempt.ts';

/**
 * What the program that made the run logs may have done with an edit: it takes the first place where the lines fit,
 * indentation ignored, shifts all new lines like the first or the first alone, and keeps what parses.
 */
export function atFirstPlace(text: string, { old, put }: Edit): string[] {
  const lines = text.split('\n');
  const wanted = old.split('\n');
  const start = lines.findIndex((_, at) =>
    wanted.every((line, index) => lines[at + index]?.trim() === line.trim()),
  );
  if (start < 0) return [];
  const [there = '', first = ''] = [lines[start], wanted[0]];
  const added = put.split('\n');
  const lost = there.indexOf(first);
  const shifted =
    lost >= 0
      ? added.map((line) => ' '.repeat(lost) + line)
      : added.map((line) =>
          line.slice(first.length - first.trimStart().length - (there.length - there.trimStart().length)),
        );
  const firstAlone = [shifted[0] ?? '', ...added.slice(1)];
  return [shifted, firstAlone].map((made) =>
    [...lines.slice(0, start), ...made, ...lines.slice(start + wanted.length)].join('\n'),
  );
}
