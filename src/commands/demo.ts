import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { exitCodes } from '../core/outcome.ts';
import { localAppConfig } from '../demo/local-app.ts';
import { fileIssue, repository, review, type Scene, setScene } from '../demo/scene.ts';
import { loadScript, parseScript, type Script } from '../demo/scripted-model/script.ts';
import { startScriptedModel } from '../demo/scripted-model/server.ts';
import { sumsIssue } from '../demo/sums.ts';
import { sumsScript } from '../demo/sums-script.ts';
import { createProgress } from '../report/terminal/progress.ts';
import { startApp } from '../serve.ts';
import { webhookPath } from '../server.ts';
import { printGitHub, printRun, readPull, resultOf } from './demo-result.ts';
import { type FinishedRun, followRuns } from './demo-runs.ts';

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
  const runs = followRuns(progress);
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

  const played = await play(scene, () => runs.next(signal));
  if (played === null) return exitCodes.cancelled;
  progress.stop();
  const { issue, first, retry } = played;
  const pull = first.published === null ? null : await readPull(scene, first.published);
  await printGitHub(scene, issue, pull);
  printRun('The fix', first);
  if (retry !== null) printRun('The retry', retry);
  if (options.json) process.stdout.write(`${JSON.stringify(resultOf(isWell(played), pull, first, retry))}\n`);
  if (options.keep) await keepUp(scene, app.url ?? '', signal);
  return exitCodes[first.outcome === 'proven' ? (retry?.outcome ?? 'failed') : first.outcome];
}

/** What came of an issue, and of the review of its pull request where it got one. */
interface Played {
  issue: number;
  first: FinishedRun;
  retry: FinishedRun | null;
}

/** A maintainer labels an issue, and reviews what comes of it. Null when it was interrupted. */
async function play(scene: Scene, nextRun: () => Promise<FinishedRun | null>): Promise<Played | null> {
  const issue = await fileIssue(scene);
  say(
    `\nA maintainer labelled issue #${issue} of ${repository.owner}/${repository.repo}: ${sumsIssue.title}.\n`,
  );
  const first = await nextRun();
  if (first === null) return null;
  if (first.outcome !== 'proven' || first.published === null) return { issue, first, retry: null };
  await review(scene, first.published.pull);
  say(`\nThe maintainer reviewed pull request #${first.published.pull}, with /deepseek retry.\n`);
  const retry = await nextRun();
  return retry === null ? null : { issue, first, retry };
}

function isWell({ first, retry }: Played): boolean {
  return (
    first.outcome === 'proven' &&
    retry?.outcome === 'proven' &&
    retry.published?.tree !== first.published?.tree
  );
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

async function keepUp(scene: Scene, url: string, signal: AbortSignal): Promise<void> {
  say(`\nEverything stays up until Ctrl-C: GitHub at ${scene.github.serverUrl}, the App at ${url}.`);
  say(`A token of the maintainer: ${scene.github.tokenFor('maya')}`);
  if (!signal.aborted) await once(signal, 'abort');
}
