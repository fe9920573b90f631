import { judge, type Verdict } from '../test/support/kills/judge.ts';
import { type Case, playCase } from '../test/support/kills/play-case.ts';
import { isPoint, kindOf, printPoint } from '../test/support/kills/points.ts';
import type { Blow } from '../test/support/kills/record.ts';
import { type Rig, startRig } from '../test/support/kills/rig.ts';
import type { BenchOptions } from './support/options.ts';
import { createRandom, shuffle } from './support/random.ts';
import { say } from './support/say.ts';
import { printTable } from './support/table.ts';

/** The first seed kills at the very moment; later ones up to so much later. */
const latestMs = 300;

/** `run` tells whether it comes at the fix or at the retry that a review asks for. */
interface Kill extends Blow {
  run: 1 | 2;
}

interface Judged extends Verdict {
  kill: Kill;
  seed: number;
}

/**
 * The kill matrix: the demo's story again and again, and each time the App is killed with SIGKILL at another point and
 * started again at once. Tells what each case left on GitHub and on this machine, against a story without a kill.
 */
export async function benchKills(options: BenchOptions): Promise<object> {
  const number = (name: string, otherwise: number) => Number(options.get(name) ?? otherwise);
  const seeds = Array.from({ length: number('seeds', 1) }, (_, index) => index + number('seed', 0));
  const only = new RegExp(options.get('only') ?? '');
  const most = number('points', Number.POSITIVE_INFINITY);
  await using lanes = new AsyncDisposableStack();
  say('building the environment, and playing the story without a kill');
  const opened = await Promise.all(Array.from({ length: number('parallel', 1) }, openLane));
  for (const lane of opened) lanes.use(lane);
  const clean = opened[0]?.clean();
  if (clean === undefined) throw new Error('--parallel must be at least 1');
  const kills = killsOf(clean).filter(({ at }) => only.test(printPoint(at)));
  const queue = seeds.flatMap((seed) => planOf(kills, seed, most));
  say(`${kills.length} points, ${queue.length} cases`);
  return report(await playAll(opened, queue), kills.length);
}

/** A GitHub, a model and an App, for one case after the other. */
interface Lane extends AsyncDisposable {
  clean(): Case;
  play(planned: Planned): Promise<Judged>;
}

async function openLane(): Promise<Lane> {
  let { rig, clean } = await warmRig();
  return {
    clean: () => clean,
    async play({ kill, seed }) {
      const played = await playCase(rig, kill.run, [kill]);
      const judged = { kill, seed, ...judge(played, [kill], clean) };
      if (played.ends.every((run) => run !== null)) return judged;
      say('a run that does not end would be in the way of the next ones: a new App takes over');
      await rig[Symbol.asyncDispose]();
      ({ rig, clean } = await warmRig());
      return judged;
    },
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

/** The second story without a kill is the measure: at the first the environment was not there yet. */
async function warmRig(): Promise<{ rig: Rig; clean: Case }> {
  const rig = await startRig();
  await playCase(rig, 2);
  return { rig, clean: await playCase(rig, 2) };
}

async function playAll(lanes: readonly Lane[], planned: readonly Planned[]): Promise<Judged[]> {
  const results: Judged[] = [];
  const queue = [...planned];
  const work = async (lane: Lane) => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const result = await lane.play(next);
      results.push(result);
      say(`${results.length}/${planned.length} ${describe(result)}`);
    }
  };
  await Promise.all(lanes.map(work));
  return results;
}

function killsOf({ passed, reviewedAt }: Case): Kill[] {
  return passed
    .filter(isPoint)
    .map(({ at, ...point }) => ({ at: point, run: at < reviewedAt ? 1 : 2, delayMs: 0 }) as const);
}

interface Planned {
  kill: Kill;
  seed: number;
}

/** The points in another order for each seed; where there are to be fewer, some of each kind. */
function planOf(kills: readonly Kill[], seed: number, most: number): Planned[] {
  const random = createRandom(seed + 1);
  const kinds = Map.groupBy(shuffle(kills, random), ({ at }) => kindOf(at));
  const inTurns = [...kinds.values()]
    .flatMap((all) => all.map((kill, turn) => ({ kill, turn })))
    .sort((a, b) => a.turn - b.turn)
    .slice(0, most);
  return shuffle(inTurns, random).map(({ kill }) => ({
    seed,
    kill: { ...kill, delayMs: seed === 0 ? 0 : Math.ceil(random() * latestMs) },
  }));
}

function describe({ kill, seed, deaths, problems, extraSeconds, repeatedRequests }: Judged): string {
  const what = `run ${kill.run}, ${printPoint(kill.at)}${kill.delayMs === 0 ? '' : ` and ${kill.delayMs} ms`}, seed ${seed}`;
  if (deaths === 0) return `${what}: was not passed`;
  const facts = `${(extraSeconds ?? Number.NaN).toFixed(1)} s more, ${repeatedRequests} requests again`;
  const wrong = problems.map(({ check, why }) => `\n    ${check}: ${why}`).join('');
  return `${what}: ${problems.length === 0 ? 'held' : 'FAILED'} (${facts})${wrong}`;
}

function report(results: readonly Judged[], points: number): object {
  const struck = results.filter(({ deaths }) => deaths > 0);
  const kinds = Map.groupBy(struck, ({ kill }) => kindOf(kill.at));
  const rows = [...kinds].map(([kind, cases]) => [
    kind,
    cases.length,
    cases.filter(({ problems }) => problems.length === 0).length,
    worst(cases.flatMap(({ extraSeconds }) => extraSeconds ?? [])).toFixed(1),
    worst(cases.map(({ repeatedRequests }) => repeatedRequests)),
  ]);
  const head = ['killed', 'cases', 'held', 'worst extra seconds', 'most requests again'];
  process.stderr.write(`\n${printTable(head, rows)}\n`);
  const problems = struck.flatMap((result) => result.problems.map(({ check }) => check));
  return {
    points,
    cases: struck.length,
    not_passed: results.length - struck.length,
    held: struck.filter((result) => result.problems.length === 0).length,
    never_ended: struck.filter(({ extraSeconds }) => extraSeconds === null).length,
    worst_extra_seconds: worst(struck.flatMap(({ extraSeconds }) => extraSeconds ?? [])),
    most_requests_again: worst(struck.map(({ repeatedRequests }) => repeatedRequests)),
    problems: Object.fromEntries(
      [...Map.groupBy(problems, (check) => check)].map(([check, all]) => [check, all.length]),
    ),
    failures: struck
      .filter((result) => result.problems.length > 0)
      .map(({ kill, seed, problems: all }) => ({
        run: kill.run,
        point: printPoint(kill.at),
        delay_ms: kill.delayMs,
        seed,
        problems: all,
      })),
  };
}

function worst(values: readonly number[]): number {
  return values.length === 0 ? 0 : Math.round(Math.max(...values) * 10) / 10;
}
