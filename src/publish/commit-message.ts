/** Somebody who is named in a commit: GitHub links its author by the address made of id and login. */
export interface CoAuthor {
  id: number;
  login: string;
}

const runTrailer = 'AI-Fix-Run';

/** A commit's message with its trailers: who asked for it, and the run that made it. */
export function printCommitMessage(
  text: string,
  run: string,
  coAuthors: readonly CoAuthor[],
  host: string,
): string {
  const trailers = coAuthors.map(
    ({ id, login }) => `Co-authored-by: ${login} <${id}+${login}@users.noreply.${host}>`,
  );
  return `${text.trimEnd()}\n\n${[...trailers, `${runTrailer}: ${run}`].join('\n')}\n`;
}

/** The run that made a commit, by the trailers at the end of its message; null when none did. */
export function parseRun(message: string): string | null {
  const trailers =
    message
      .trimEnd()
      .split(/\n\s*\n/)
      .at(-1) ?? '';
  return new RegExp(`^${runTrailer}: (\\S+)$`, 'm').exec(trailers)?.[1] ?? null;
}
