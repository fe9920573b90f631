/** The texts of files after a diff, from their texts before; the diff fits exactly, as one that git made against them. */
export function applyDiff(diff: string, before: ReadonlyMap<string, string>): Map<string, string> {
  const after = new Map<string, string>();
  for (const part of diff.split(/^diff --git /m).slice(1)) {
    const path = /^\+\+\+ b\/(.*)$/m.exec(part)?.[1];
    if (path !== undefined) after.set(path, applyHunks(part, before.get(path) ?? ''));
  }
  return after;
}

function applyHunks(part: string, before: string): string {
  const old = before.split('\n');
  const lines: string[] = [];
  let next = 0;
  for (const hunk of part.split(/^@@ /m).slice(1)) {
    const [head = '', ...body] = hunk.split('\n');
    const [start = 1, count = 1] = (/^-(\d+)(?:,(\d+))?/.exec(head)?.slice(1) ?? []).map((value) =>
      Number(value ?? 1),
    );
    const first = count === 0 ? start : start - 1;
    lines.push(...old.slice(next, first));
    next = first;
    for (const line of body) {
      if (line.startsWith('+')) lines.push(line.slice(1));
      else if (line.startsWith(' ')) lines.push(old[next++] ?? '');
      else if (line.startsWith('-')) next++;
    }
  }
  return [...lines, ...old.slice(next)].join('\n');
}
