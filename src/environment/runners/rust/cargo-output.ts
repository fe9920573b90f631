import { stripVTControlCharacters } from 'node:util';

/** One test program that cargo ran, or the examples in a crate's documentation. */
export interface Program {
  isDocumentation: boolean;
  /** The path of its source within its package, as cargo says it. */
  path: string;
  executable: string;
  /** Something came after it. */
  isEnded: boolean;
  /** Cargo said that it failed. */
  isFailed: boolean;
  lines: string[];
}

const running = /^\s+Running (?:unittests ?)?(?:(\S+) )?\((.+)\)$/;
const documentation = /^\s+Doc-tests (\S+)$/;

/** Takes what `cargo test` printed apart, by program. */
export function readPrograms(report: string): Program[] {
  const programs: Program[] = [];
  let isRunning = false;
  for (const raw of report.split('\n')) {
    const line = stripVTControlCharacters(raw);
    const started = running.exec(line);
    const documented = documentation.exec(line);
    const current = programs.at(-1);
    if (current !== undefined && (started ?? documented ?? /^@end$/.exec(line)) !== null)
      current.isEnded = true;
    if (started !== null || documented !== null) {
      isRunning = true;
      const [path, executable] = [started?.[1] ?? documented?.[1] ?? '', started?.[2] ?? ''];
      programs.push({
        isDocumentation: documented !== null,
        path,
        executable,
        isEnded: false,
        isFailed: false,
        lines: [],
      });
      continue;
    }
    if (/^error: \d+ targets? failed:|^\s+(Compiling|Finished) |^@/.test(line)) isRunning = false;
    if (!isRunning || current === undefined || line.startsWith('{"reason":')) continue;
    if (/^error: (test|doctest) failed/.test(line)) current.isFailed = true;
    else current.lines.push(line);
  }
  return programs;
}
