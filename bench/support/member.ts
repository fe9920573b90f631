import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppConfig } from '../../src/app-config.ts';
import type { Roles } from '../../src/serve.ts';
import { webhookPath } from '../../src/server.ts';
import { removeEnvironments } from '../../test/support/environments.ts';
import { appConfig } from '../../test/support/kills/app-config.ts';
import { type Gateway, startGateway, type Watch } from '../../test/support/kills/gateway.ts';
import { residueOf } from '../../test/support/kills/residue.ts';
import { type SupervisedApp, superviseApp } from '../../test/support/kills/supervised-app.ts';
import type { Load } from './load.ts';
import { say } from './say.ts';

/** One process of the App with files of its own, whose traffic is told from that of others. */
export interface Member extends AsyncDisposable {
  app: SupervisedApp;
  github: Gateway;
  /** Runs that it had a part in. */
  runs: Set<string>;
  directory: string;
  /** What it left, after a while. */
  residue(): Promise<string[]>;
}

export interface MemberOptions {
  name: string;
  roles: Roles;
  config?: Partial<AppConfig>;
  env?: Record<string, string>;
  /** Where its data is, unless in a directory that goes with it. */
  dataDirectory?: string;
  watchModel?: Watch;
}

export async function startMember(load: Load, options: MemberOptions): Promise<Member> {
  await using opened = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), `ai-fix-${options.name}-`));
  opened.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const images = new Set<string>();
  opened.defer(() => removeEnvironments(images));
  const runs = new Set<string>();
  const go = async () => 'go' as const;
  const github = opened.use(await startGateway(load.github.apiUrl, go));
  const model = opened.use(await startGateway(load.model.url, options.watchModel ?? go));
  const scratch = join(directory, 'scratch');
  await mkdir(scratch);
  const dataDirectory = options.dataDirectory ?? join(directory, 'data');
  // who takes the webhooks names the server for all, also for those that come later
  const server = options.roles.web ? load.github.serverUrl : github.url;
  const urls = { api: github.url, server, model: model.url };
  const app = opened.use(
    await superviseApp({
      config: appConfig(load.github, urls, load.model, { dataDirectory, ...options.config }),
      roles: options.roles,
      log: join(directory, 'app.log'),
      env: { TMPDIR: scratch, ...options.env },
      hear(message) {
        if (message.kind !== 'event') return;
        runs.add(message.run);
        if (message.event.type === 'environment_ready') images.add(message.event.image);
      },
      onStart: (url) => url !== null && load.github.setWebhook(`${url}${webhookPath}`),
      onRefusal: (why) => say(`${options.name} does not start: ${why}`),
    }),
  );
  const held = opened.move();
  return {
    app,
    github,
    runs,
    directory,
    residue: () => residueOf({ runs, scratch, dataDirectory }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
