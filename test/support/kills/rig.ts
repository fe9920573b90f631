import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository, type Scene, setScene } from '../../../src/demo/scene.ts';
import { parseScript } from '../../../src/demo/scripted-model/script.ts';
import { startScriptedModel } from '../../../src/demo/scripted-model/server.ts';
import { sumsScript } from '../../../src/demo/sums-script.ts';
import { webhookPath } from '../../../src/server.ts';
import { removeEnvironments } from '../environments.ts';
import { appConfig } from './app-config.ts';
import { type Gateway, type Passing, startGateway, type Watch } from './gateway.ts';
import type { FromChild } from './messages.ts';
import { isSame, type Passed, type Point, writeOf } from './points.ts';
import { type SupervisedApp, superviseApp } from './supervised-app.ts';

/** The demo's GitHub and model in this process, and the App in one of its own that dies where it is told to. */
export interface Rig extends AsyncDisposable {
  scene: Scene;
  app: SupervisedApp;
  model: Gateway;
  /** The repository as runs name it. */
  repository: { host: string; id: number };
  /** All that was passed since `begin`, in order. */
  passed: Passed[];
  /** Runs that were heard of since `begin`. */
  runs: Set<string>;
  /** The App's temporary files. */
  scratch: string;
  dataDirectory: string;
  /** What the App logged. */
  log: string;
  /** Forgets what was passed, and kills at that point, so many milliseconds later. */
  begin(kill: { at: Point; delayMs: number } | null): Promise<void>;
}

export async function startRig(): Promise<Rig> {
  await using opened = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-rig-'));
  opened.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const scene = opened.use(await setScene());
  scene.github.installApp(repository.owner);
  const scripted = opened.use(await startScriptedModel({ script: parseScript(sumsScript) }));
  const record = createRecord();
  opened.defer(() => removeEnvironments(record.images));
  const github = opened.use(await startGateway(scene.github.apiUrl, record.watch('github', writeOf)));
  const model = opened.use(
    await startGateway(
      scripted.url,
      record.watch('model', () => 'request'),
    ),
  );
  const [dataDirectory, scratch, log] = ['data', 'scratch', 'app.log'].map((name) => join(directory, name));
  if (dataDirectory === undefined || scratch === undefined || log === undefined) throw new Error('no names');
  await mkdir(scratch);
  const urls = { github: github.url, model: model.url };
  const app = opened.use(
    await superviseApp({
      config: appConfig(scene.github, urls, scripted, { dataDirectory }),
      roles: { web: true, work: true },
      log,
      env: { TMPDIR: scratch },
      hear: record.hear,
      onStart: (url) => scene.github.setWebhook(`${url}${webhookPath}`),
    }),
  );
  const { data } = await scene.maintainer.rest.repos.get(repository);
  const held = opened.move();
  return {
    scene,
    app,
    model,
    repository: { host: new URL(github.url).host, id: data.id },
    passed: record.passed,
    runs: record.runs,
    scratch,
    dataDirectory,
    log,
    async begin(kill) {
      record.clear(kill === null ? null : { ...kill, kill: app.kill });
      const isOwn = kill !== null && kill.at.place === 'store';
      const { call, number, when } = kill?.at ?? { call: '', number: 0, when: 'before' };
      if (when !== 'before' && when !== 'after' && isOwn) throw new Error(`no moment of the store: ${when}`);
      const own = { call, number, when: when === 'after' ? when : 'before' } as const;
      await app.ask({ ask: 'arm', kill: isOwn ? { ...own, delayMs: kill.delayMs } : null });
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

interface Armed {
  at: Point;
  delayMs: number;
  kill(): Promise<void>;
}

function createRecord() {
  const passed: Passed[] = [];
  const runs = new Set<string>();
  const images = new Set<string>();
  const counts = new Map<string, number>();
  let armed: Armed | null = null;

  const note = (point: Point) => void passed.push({ ...point, at: performance.now() });

  /** True when the request must go no further. */
  async function strike(point: Point): Promise<boolean> {
    if (armed === null || !isSame(armed.at, point)) return false;
    const { delayMs, kill } = armed;
    armed = null;
    if (delayMs === 0) await kill();
    else setTimeout(() => void kill(), delayMs);
    return delayMs === 0;
  }

  return {
    passed,
    runs,
    images,
    clear(next: Armed | null) {
      passed.length = 0;
      runs.clear();
      counts.clear();
      armed = next;
    },
    hear(message: FromChild) {
      if (message.kind === 'store') note({ ...message, place: 'store' });
      if (message.kind !== 'event') return;
      runs.add(message.run);
      if (message.event.type === 'environment_ready') images.add(message.event.image);
    },
    watch(place: 'github' | 'model', nameOf: (passing: Passing) => string | null): Watch {
      const numbers = new WeakMap<Passing, number>();
      return async (passing, when) => {
        const call = nameOf(passing);
        if (call === null) return 'go';
        const key = `${place} ${call}`;
        const number = numbers.get(passing) ?? (counts.get(key) ?? 0) + 1;
        if (!numbers.has(passing)) counts.set(key, number);
        numbers.set(passing, number);
        const point = { place, call, number, when, about: '' };
        note(point);
        return (await strike(point)) ? 'cut' : 'go';
      };
    },
  };
}
