/** The last line that says something, which mostly says what went wrong; '' of nothing. */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim() ?? '';
}
