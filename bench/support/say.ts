const started = performance.now();

/** A line of progress, with the time since the start. */
export function say(line: string): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stderr.write(`[${seconds.padStart(7)} s] ${line}\n`);
}
