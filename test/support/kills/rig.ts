import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository, type Scene, setScene } from '../../../src/demo/scene.ts';
import { parseScript, type ScriptInput } from '../../../src/demo/scripted-model/script.ts';
import { startScriptedModel } from '../../../src/demo/scripted-model/server.ts';
import { sumsScript } from '../../../src/demo/sums-script.ts';
import { webhookPath } from '../../../src/server.ts';
import { removeEnvironments } from '../environments.ts';
import { appConfig } from './app-config.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { type Passed, writeOf } from './points.ts';
import { type Blow, createRecord } from './record.ts';
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
  /** Forgets what was passed, and kills the App at these points, one after the other. */
  begin(blows: readonly Blow[]): Promise<void>;
}

interface RigOptions {
  script?: ScriptInput;
  /** Files beside those of the demo's program. */
  files?: Record<string, string>;
}

export async function startRig({ script = sumsScript, files = {} }: RigOptions = {}): Promise<Rig> {
  await using opened = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-rig-'));
  opened.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const scene = opened.use(await setScene(files));
  scene.github.installApp(repository.owner);
  const scripted = opened.use(await startScriptedModel({ script: parseScript(script) }));
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
  const urls = { api: github.url, server: github.url, model: model.url };
  const app = opened.use(
    await superviseApp({
      config: appConfig(scene.github, urls, scripted, { dataDirectory }),
      roles: { web: true, work: true },
      log,
      env: { TMPDIR: scratch },
      hear: record.hear,
      kill: record.ownBlow,
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
    async begin(blows) {
      record.begin(blows, app.kill);
      await app.ask({ ask: 'arm', kill: record.ownBlow() });
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
