const telling =
  /\b(\w*error|errors|\w*exception|traceback|fatal|panic|panicked|cannot|could not|couldn't|unable|undefined|unresolved|no such|not found|not recognized|denied|refused|missing|failed|failure|invalid|unexpected)\b|^E\s/i;
const around = 1;

/** The lines of an output that tell first what went wrong; where none does, its end. */
export function usefulLines(output: string, most = 15): string {
  const lines = output.split('\n').map((line) => line.trimEnd());
  const ofPytest = lines.findIndex((line) => /^E\s{2,}\S/.test(line));
  const at = ofPytest >= 0 ? ofPytest : lines.findIndex((line) => telling.test(line));
  const from = at < 0 ? Math.max(0, lines.length - most) : Math.max(0, at - around);
  return lines
    .slice(from, from + most)
    .join('\n')
    .trim();
}
