/**
 * Several files in one report: each as a zero byte, its name, a zero byte and its content. No text that a runner writes
 * holds a zero byte.
 */
export interface FramedFile {
  name: string;
  content: string;
}

/** A shell function `frame NAME`, which adds its standard input to the report under that name. */
export const frameFunction = `frame() { printf '\\0%s\\0' "$1" >> "$AI_FIX_REPORT"; tr -d '\\0' >> "$AI_FIX_REPORT"; }`;

/** Takes such a report apart. Throws when it is none. */
export function readFrames(report: string): FramedFile[] {
  const parts = report.split('\0');
  if (parts.shift() !== '' || parts.length === 0 || parts.length % 2 !== 0)
    throw new Error('the runner left no report');
  return parts.flatMap((name, index) =>
    index % 2 === 0 ? [{ name, content: parts[index + 1] as string }] : [],
  );
}
