/**
 * Keeps the head and the tail of a text that is longer than the limit, in characters, with a line between them that
 * tells how much is missing. The limit counts what is kept.
 */
export function headAndTail(text: string, limit: number, hint = ''): string {
  if (text.length <= limit) return text;
  const half = Math.floor(limit / 2);
  const head = withoutHalfCharacter(text.slice(0, half));
  const tail = text.slice(text.length - half).replace(/^[\udc00-\udfff]/, '');
  const left = text.length - head.length - tail.length;
  return `${head}\n[... ${left} characters left out${hint === '' ? '' : `; ${hint}`} ...]\n${tail}`;
}

function withoutHalfCharacter(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, '');
}
