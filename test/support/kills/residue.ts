import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { testEngine } from '../sandbox.ts';
import { waitUntil } from './wait-until.ts';

export interface Place {
  runs: ReadonlySet<string>;
  /** The App's temporary files. */
  scratch: string;
  dataDirectory: string;
}

/** What runs that have ended left on this machine; waits a while for it to go. */
export async function residueOf(place: Place, withinMs = 60_000): Promise<string[]> {
  let left: string[] = [];
  await waitUntil(
    async () => {
      left = [...(await containersOf(place.runs)), ...(await filesOf(place))];
      return left.length === 0 ? left : null;
    },
    { withinMs, everyMs: 500 },
  );
  return left;
}

async function containersOf(runs: ReadonlySet<string>): Promise<string[]> {
  const { docker } = await testEngine();
  const lists = await Promise.all(
    [...runs].map((run) => docker.listContainers({ all: true, filters: { label: [`ai-fix.run=${run}`] } })),
  );
  return lists.flat().map(({ Id, State, Labels }) => {
    const purpose = Labels['ai-fix.purpose'] ?? 'unknown';
    return `container ${Id.slice(0, 12)} (${purpose}, ${State})`;
  });
}

/** Everything temporary, and what git leaves in a mirror when it is killed. */
async function filesOf({ scratch, dataDirectory }: Place): Promise<string[]> {
  const temporary = await readdir(scratch).catch(() => []);
  const kept = await readdir(dataDirectory, { recursive: true }).catch(() => []);
  const unfinished = kept.filter((path) =>
    /^mirrors\/.*(\.lock|\/tmp_[^/]+)$|^baselines\/.*\.\d+$/.test(path),
  );
  return [...temporary.map((name) => join('scratch', name)), ...unfinished];
}
