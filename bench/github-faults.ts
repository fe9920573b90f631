import { type Played, playScripts } from './github-faults/play.ts';
import { faultScripts } from './github-faults/scripts.ts';
import type { BenchOptions } from './support/options.ts';

/** Each fault of GitHub that a script describes, over the whole App: what came of it, and whether that is right. */
export async function benchGithubFaults(options: BenchOptions): Promise<object> {
  // the App's log goes to stderr as well, and is kept away from there while it runs
  const print = process.stderr.write.bind(process.stderr);
  const only = options.get('only')?.split(',');
  const wanted = faultScripts.filter(
    ({ name }) => only === undefined || only.some((part) => name.includes(part)),
  );
  const played = await playScripts(wanted, (one) => print(`${lineOf(one)}\n`));
  const failed = played.filter(({ wrong }) => wrong.length > 0);
  return {
    scripts: played.length,
    held: played.length - failed.length,
    parking: played.filter(({ parks }) => parks).length,
    failed: failed.map(({ name, wrong }) => ({ name, wrong })),
  };
}

function lineOf({ name, wrong, parks, seconds }: Played): string {
  const what = wrong.length === 0 ? 'held' : parks ? 'parks' : 'WRONG';
  return [
    what.padEnd(6),
    `${seconds.toFixed(1)} s`.padStart(8),
    ` ${name}`,
    ...wrong.map((one) => `\n    ${one}`),
  ].join('');
}
