/** Lines with their numbers, as `cat -n` prints them, without the returns that they may end in. */
export function numberedLines(lines: readonly string[], first: number): string {
  return lines
    .map((line, index) => `${String(first + index).padStart(6)}\t${line.replace(/\r$/, '')}`)
    .join('\n');
}
