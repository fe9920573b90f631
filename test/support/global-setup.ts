import { openEngine } from '../../src/adapters.ts';
import { readConfig } from '../../src/config.ts';

/** The tests run on a real Docker Engine with the real sandbox image: both are made ready here, once. */
export default async function setup(): Promise<void> {
  const started = performance.now();
  let lastLine = 0;
  await openEngine(readConfig(), (line) => {
    if (performance.now() - lastLine < 2000) return;
    lastLine = performance.now();
    process.stderr.write(`[set-up] ${line}\n`);
  });
  const seconds = (performance.now() - started) / 1000;
  process.stderr.write(`[set-up] Docker Engine and sandbox image are ready (${seconds.toFixed(1)} s)\n`);
}
