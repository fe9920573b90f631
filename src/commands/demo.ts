import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { RunEvent } from '../core/events.ts';
import { exitCodes, type Outcome } from '../core/outcome.ts';
import type { Published } from '../core/published.ts';
import type { Verification } from '../core/verification.ts';
import { localAppConfig } from '../demo/local-app.ts';
import { fileIssue, repository, review, type Scene, setScene } from '../demo/scene.ts';
import { loadScript, parseScript, type Script } from '../demo/scripted-model/script.ts';
import { startScriptedModel } from '../demo/scripted-model/server.ts';
import { sumsIssue } from '../demo/sums.ts';
import { sumsScript } from '../demo/sums-script.ts';
import { createProgress, type Progress } from '../report/terminal/progress.ts';
import { startApp } from '../serve.ts';
import { webhookPath } from '../server.ts';

export interface DemoOptions {
  json: boolean;
  keep: boolean;
  /** A model script to play instead of the demo's own. */
  script: string | undefined;
}

/**
 * `ai-fix demo`: the whole life of a run on this machine. A maintainer of an organisation on a local GitHub labels an
 * issue; the App fixes it in a real sandbox and opens a pull request; a review asks for more, and gets it. The model is
 * a script unless there is a key for a real one. Returns the exit code.
 */
export async function demo(options: DemoOptions, config: Config, signal: AbortSignal): Promise<number> {
  await using opened = new AsyncDisposableStack();
  const asked = config.model.apiKey === undefined ? await playScript(options.script, config, opened) : config;
  say(
    asked === config
      ? `The model is ${config.model.name} at ${config.model.baseUrl}.`
      : 'The model is scripted: its answers are played from a file. Set DEEPSEEK_API_KEY to ask a real one.',
  );
  const scene = opened.use(await setScene());
  const dataDirectory = await mkdtemp(join(tmpdir(), 'ai-fix-demo-'));
  opened.defer(() => rm(dataDirectory, { recursive: true, force: true }));
  const progress = createProgress(process.stderr, { colour: config.colour });
  const runs = createRuns(progress);
  const app = opened.use(
    await startApp(
      localAppConfig(asked, scene.github, dataDirectory),
      { web: true, work: true },
      { say: progress.say, ...runs.hooks },
    ),
  );
  scene.github.setWebhook(`${app.url}${webhookPath}`);
  scene.github.installApp(repository.owner);
  say(`GitHub is local, at ${scene.github.serverUrl}; the App waits for its webhooks at ${app.url}.`);

  const issue = await fileIssue(scene);
  say(
    `\nA maintainer labelled issue #${issue} of ${repository.owner}/${repository.repo}: ${sumsIssue.title}.\n`,
  );
  const first = await runs.next(signal);
  if (first === null) return exitCodes.cancelled;
  let retry: FinishedRun | null = null;
  if (first.outcome === 'proven' && first.published !== null) {
    await review(scene, first.published.pull);
    say(`\nThe maintainer reviewed pull request #${first.published.pull}, with /deepseek retry.\n`);
    retry = await runs.next(signal);
    if (retry === null) return exitCodes.cancelled;
  }
  progress.stop();
  const pull = first.published === null ? null : await readPull(scene, first.published);
  await printGitHub(scene, issue, pull);
  printRun('The fix', first);
  if (retry !== null) printRun('The retry', retry);
  const ok =
    first.outcome === 'proven' &&
    retry?.outcome === 'proven' &&
    retry.published?.tree !== first.published?.tree;
  if (options.json) process.stdout.write(`${JSON.stringify(resultOf(ok, pull, first, retry))}\n`);
  if (options.keep) await keepUp(scene, app.url ?? '', signal);
  return exitCodes[first.outcome === 'proven' ? (retry?.outcome ?? 'failed') : first.outcome];
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function playScript(
  path: string | undefined,
  config: Config,
  opened: AsyncDisposableStack,
): Promise<Config> {
  const own = parseScript(sumsScript);
  const script = path === undefined ? own : withRetry(await loadScript(path), own);
  const model = opened.use(await startScriptedModel({ script }));
  return { ...config, model: { ...config.model, baseUrl: model.url, apiKey: model.key } };
}

/** A script that was given plays first; what the review asks for stays the demo's, unless the script has it. */
function withRetry(given: Script, own: Script): Script {
  const isFor = ({ when }: Script['conversations'][number]) => when !== undefined;
  const [special, general] = [
    given.conversations.filter(isFor),
    given.conversations.filter((one) => !isFor(one)),
  ];
  return { conversations: [...special, ...own.conversations.filter(isFor), ...general] };
}

interface FinishedRun {
  outcome: Outcome;
  why: string;
  verification: Verification | null;
  published: Published | null;
  stages: { name: string; seconds: number }[];
  /** From the label or the review until everything was said. */
  seconds: number;
}

/** Follows the App's runs, one after the other. */
function createRuns(progress: Progress) {
  let events: RunEvent[] = [];
  let started = performance.now();
  let ended = Promise.withResolvers<FinishedRun>();
  return {
    hooks: {
      onEvent(_: string, event: RunEvent) {
        events.push(event);
        void progress.show(event);
      },
      onEnd() {
        ended.resolve(finishedRun(events, (performance.now() - started) / 1000));
      },
    },
    /** Null when the signal aborts before the end. */
    async next(signal: AbortSignal): Promise<FinishedRun | null> {
      events = [];
      started = performance.now();
      ended = Promise.withResolvers();
      const interrupted = Promise.withResolvers<null>();
      const interrupt = () => interrupted.resolve(null);
      signal.addEventListener('abort', interrupt, { once: true });
      if (signal.aborted) interrupt(); // before there was anybody to hear it
      const run = await Promise.race([ended.promise, interrupted.promise]);
      signal.removeEventListener('abort', interrupt);
      progress.stop();
      return run;
    },
  };
}

function finishedRun(events: readonly RunEvent[], seconds: number): FinishedRun {
  const last = <Type extends RunEvent['type']>(type: Type) =>
    events.findLast((event): event is Extract<RunEvent, { type: Type }> => event.type === type);
  const stages = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'stage_ended') stages.set(event.stage, (stages.get(event.stage) ?? 0) + event.seconds);
  }
  const outcome = last('outcome');
  return {
    outcome: outcome?.outcome ?? 'failed',
    why: outcome?.why ?? '',
    verification: last('verified')?.verification ?? null,
    published: last('published')?.published ?? null,
    stages: [...stages].map(([name, time]) => ({ name, seconds: time })),
    seconds,
  };
}

interface PullFacts {
  number: number;
  draft: boolean;
  /** The commit at its head, and how many there are. */
  head: string;
  commits: number;
  /** Of the first commit: the tree that was verified. */
  tree: string;
  title: string;
  body: string;
  diff: string;
}

async function readPull({ maintainer }: Scene, { pull, commit }: Published): Promise<PullFacts> {
  const where = { ...repository, pull_number: pull };
  const { data } = await maintainer.rest.pulls.get(where);
  const { data: diff } = await maintainer.rest.pulls.get({ ...where, mediaType: { format: 'diff' } });
  const { data: pushed } = await maintainer.rest.git.getCommit({ ...repository, commit_sha: commit });
  return {
    number: data.number,
    draft: data.draft ?? false,
    head: data.head.sha,
    commits: data.commits,
    tree: pushed.tree.sha,
    title: data.title,
    body: data.body ?? '',
    diff: String(diff),
  };
}

async function printGitHub({ maintainer }: Scene, issue: number, pull: PullFacts | null): Promise<void> {
  const { data } = await maintainer.rest.issues.listComments({ ...repository, issue_number: issue });
  for (const { user, body } of data) print(`Comment of ${user?.login} on issue #${issue}`, body ?? '');
  if (pull === null) return;
  print(`${pull.draft ? 'Draft pull' : 'Pull'} request #${pull.number}: ${pull.title}`, pull.body);
  print('Its change', pull.diff);
}

function print(title: string, text: string): void {
  process.stdout.write(`\n${title}\n${'='.repeat(title.length)}\n${text.trimEnd()}\n`);
}

function printRun(title: string, { outcome, why, verification, stages, seconds }: FinishedRun): void {
  const proof = verification?.red_to_green.map((id) => `  red to green  ${id}`) ?? [];
  const times = [...stages, { name: 'all of it', seconds }].map(
    (stage) => `  ${stage.name.padEnd(12)}${stage.seconds.toFixed(1).padStart(6)} s`,
  );
  print(title, [`${outcome}: ${why}`, ...proof, ...times].join('\n'));
}

function resultOf(ok: boolean, pull: PullFacts | null, first: FinishedRun, retry: FinishedRun | null) {
  const { title: _, body: __, diff: ___, ...facts } = pull ?? { title: '', body: '', diff: '' };
  return {
    type: 'demo',
    ok,
    outcome: first.outcome,
    pull_request: pull === null ? null : facts,
    verification: first.verification,
    stages: first.stages,
    seconds: first.seconds,
    retry:
      retry === null
        ? null
        : {
            outcome: retry.outcome,
            verification: retry.verification,
            tree: retry.published?.tree ?? null,
            stages: retry.stages,
            seconds: retry.seconds,
          },
  };
}

async function keepUp(scene: Scene, url: string, signal: AbortSignal): Promise<void> {
  say(`\nEverything stays up until Ctrl-C: GitHub at ${scene.github.serverUrl}, the App at ${url}.`);
  say(`A token of the maintainer: ${scene.github.tokenFor('maya')}`);
  if (!signal.aborted) await once(signal, 'abort');
}
