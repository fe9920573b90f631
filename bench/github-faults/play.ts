import { printBranchName } from '../../src/text/branch-name.ts';
import {
  commands,
  containersOf,
  type EndedRun,
  goodFix,
  startTestApp,
  type TestApp,
  type TestRepository,
} from '../../test/support/app-run.ts';
import { type Found, judge } from './judge.ts';
import type { FaultScript, RouteFault } from './scripts.ts';

export interface Played {
  name: string;
  /** What is not as it has to be; empty when the script holds. */
  wrong: string[];
  /** It cannot hold before runs are put aside. */
  parks: boolean;
  seconds: number;
}

/** Several runs at once, each on a repository whose environment is ready from the run before. */
const lanes = 3;
const longestRunSeconds = 300;
/** A busy machine is slow to answer, and that is not what is tried here. */
const answerMs = 15_000;

/** Plays scripts over the whole App: a real Engine, a scripted model, a local GitHub at which something goes wrong. */
export async function playScripts(
  scripts: readonly FaultScript[],
  onPlayed: (played: Played) => void = () => {},
): Promise<Played[]> {
  await using app = await startTestApp({ maximumRuns: lanes }, { pace: { answer: answerMs } });
  // nobody tells the App that it was shut out: it has to find out
  app.github.loseDeliveries(({ event }) => event.startsWith('installation'));
  const waiting = scripts.entries();
  const all: Played[] = [];
  const lane = async (_: unknown, number: number) => {
    const shared = await app.repository({ owner: `lane-${number}` });
    for (const [index, script] of waiting) {
      const repository = script.alone ? await app.repository({ owner: `alone-${index}` }) : shared;
      const started = performance.now();
      const wrong = await play(app, repository, script, index).catch((error) => [`it broke: ${error}`]);
      const seconds = Math.round((performance.now() - started) / 100) / 10;
      const played = { name: script.name, wrong, parks: script.parks === true, seconds };
      all.push(played);
      onPlayed(played);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, scripts.length) }, lane));
  return all;
}

async function play(
  app: TestApp,
  repository: TestRepository,
  script: FaultScript,
  index: number,
): Promise<string[]> {
  const title = `Script ${index}. ${script.name}`;
  const { owner, repo, name } = repository;
  const maya = repository.as('maya').rest;
  app.play(title, commands(goodFix));
  const { data: issue } = await maya.issues.create({ owner, repo, title, body: 'total([1, 2]) is 1.' });
  const { number } = issue;
  const label = () => maya.issues.addLabels({ owner, repo, issue_number: number, labels: ['ai-fix'] });
  if (script.retry) {
    await label();
    await within(app.ended(title));
  }
  const meant = { owner, repo, name, issue: number, branch: printBranchName(number, title, 1) };
  const hold = script.meanwhile === undefined ? null : app.hold(title, 1);
  const undo = arm(app, name, script);
  try {
    if (script.retry) await askAgain(app, repository, number);
    else await label();
    await hold?.reached;
    await script.meanwhile?.(app.github, meant);
    hold?.release();
    const run = await within(app.ended(title, script.retry ? 2 : 1));
    for (const back of undo.splice(0)) back();
    return judge(script, await find(repository, run, number), run);
  } finally {
    hold?.release();
    for (const back of undo) back();
  }
}

async function askAgain(app: TestApp, repository: TestRepository, issue: number): Promise<void> {
  const { owner, repo } = repository;
  const pull = (await repository.pulls()).find(({ head }) => head.ref.startsWith(`ai-fix/${issue}-`));
  const words = `more for ${issue}.`;
  app.play(words, commands([`echo '// ${words}' >> test/total.test.js`]));
  await repository.as('maya').rest.pulls.createReview({
    owner,
    repo,
    pull_number: pull?.number ?? 0,
    event: 'COMMENT',
    body: `/deepseek retry ${words}`,
    comments: [{ path: 'lib/total.js', line: 4, side: 'RIGHT', body: 'A word more.' }],
  });
}

function arm({ github }: TestApp, name: string, { faults = [], lag }: FaultScript): (() => void)[] {
  const undo = faults.map(({ call, ...fault }) => github.inject({ ...fault, ...routeOf(call, name) }));
  if (lag === undefined) return undo;
  const path = new RegExp(`^/repos/${name}/.*${lag.path.source}`);
  return [...undo, github.lag(path, lag.milliseconds)];
}

function routeOf(call: RouteFault['call'], name: string): { method: string; path: RegExp } {
  const [method = '', path = ''] = call.split(' ');
  const pattern = path.replaceAll(/\*+/g, (stars) => (stars === '*' ? '[^/?]+' : '.+'));
  return { method, path: new RegExp(`^/repos/${name}${pattern}(\\?.*)?$`) };
}

/** What people see of a run afterwards, and what is left of it. */
async function find(repository: TestRepository, run: EndedRun, issue: number): Promise<Found> {
  const containers = (await containersOf(run)).length;
  const seen = await see(repository, issue).catch(() => null);
  if (seen === null) return { containers, seen: null };
  const { pulls, branches, texts } = seen;
  const [pull] = pulls;
  const head = pull === undefined ? undefined : (await repository.commits(pull.head.ref))[0];
  const checks = head === undefined ? [] : await repository.checks(head.sha);
  const ours = await Promise.all(
    branches.map(async (name) => (await repository.commits(name))[0]?.author?.login === 'ai-fix[bot]'),
  );
  return {
    containers,
    seen: {
      pulls: pulls.length,
      commits: pull?.commits ?? 0,
      branches: ours.filter(Boolean).length,
      tree: head?.commit.tree.sha ?? null,
      statuses: texts,
      checks: checks.map(({ status }) => status),
    },
  };
}

async function see(repository: TestRepository, issue: number) {
  const { owner, repo } = repository;
  const prefix = `ai-fix/${issue}-`;
  const maya = repository.as('maya').rest;
  const { data: page } = await maya.pulls.list({ owner, repo, state: 'all', per_page: 100 });
  const numbers = page.filter(({ head }) => head.ref.startsWith(prefix)).map(({ number }) => number);
  const pulls = await Promise.all(
    numbers.map(async (pull_number) => (await maya.pulls.get({ owner, repo, pull_number })).data),
  );
  const { data: refs } = await maya.git.listMatchingRefs({
    owner,
    repo,
    ref: `heads/${prefix}`,
    per_page: 100,
  });
  const branches = refs.map(({ ref }) => ref.replace('refs/heads/', ''));
  const said = await Promise.all([issue, ...numbers].map((number) => repository.comments(number)));
  const statuses = said.map((comments) => comments.filter(({ body }) => body.includes('kind=status')));
  return { pulls, branches, texts: statuses.map((list) => list.map(({ body }) => body)) };
}

async function within<T>(work: Promise<T>): Promise<T> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => limit.reject(new Error(`no end within ${longestRunSeconds} s`)),
    longestRunSeconds * 1000,
  );
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}
