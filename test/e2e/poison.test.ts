import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repository, setScene } from '../../src/demo/scene.ts';
import { parseScript } from '../../src/demo/scripted-model/script.ts';
import { startScriptedModel } from '../../src/demo/scripted-model/server.ts';
import { webhookPath } from '../../src/server.ts';
import { commands, goodFix } from '../support/app-run.ts';
import { removeEnvironments } from '../support/environments.ts';
import { appConfig } from '../support/kills/app-config.ts';
import { startGateway, type Watch } from '../support/kills/gateway.ts';
import type { FromChild } from '../support/kills/messages.ts';
import { residueOf } from '../support/kills/residue.ts';
import { superviseApp } from '../support/kills/supervised-app.ts';
import { waitUntil } from '../support/kills/wait-until.ts';

const [poison, ...healthy] = ['Totals that kill', 'Totals of one', 'Totals of another'] as const;
const lasting = 300_000;

it('a run that kills its worker each time is given up, and those beside it are not', {
  timeout: lasting,
}, async () => {
  await using opened = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-poison-'));
  opened.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const scene = opened.use(await setScene());
  const { github, maintainer } = scene;
  github.installApp(repository.owner);
  const script = parseScript({ when: 'Totals', turns: commands(goodFix) });
  const scripted = opened.use(await startScriptedModel({ script }));

  let held = 0;
  const watch: Watch = async ({ body }, moment) => {
    if (moment !== 'arrived') return 'go';
    const isPoison = body.includes(poison);
    // at first the worker dies with all three at work, none of which gets on
    const lives = app.deaths.length + 1;
    if (!isPoison && lives > 2) return 'go';
    if (!isPoison) held += 1;
    const isDue = async () =>
      isPoison ? lives > 2 || held === 2 * lives || null : app.deaths.length >= lives || null;
    await waitUntil(isDue, { withinMs: lasting });
    if (isPoison) void app.kill();
    return 'cut';
  };
  const model = opened.use(await startGateway(scripted.url, watch));
  const [runs, images] = [new Set<string>(), new Set<string>()];
  opened.defer(() => removeEnvironments(images));
  const hear = (message: FromChild) => {
    if (message.kind !== 'event') return;
    runs.add(message.run);
    if (message.event.type === 'environment_ready') images.add(message.event.image);
  };
  const urls = { api: github.apiUrl, server: github.serverUrl, model: model.url };
  const dataDirectory = join(directory, 'data');
  const app = opened.use(
    await superviseApp({
      config: appConfig(github, urls, scripted, { dataDirectory, maximumRuns: 3 }),
      roles: { web: true, work: true },
      log: join(directory, 'app.log'),
      env: { TMPDIR: directory },
      hear,
      onStart: (url) => github.setWebhook(`${url}${webhookPath}`),
    }),
  );

  const { issues, repos } = maintainer.rest;
  const label = async (title: string) => {
    const { data } = await issues.create({ ...repository, title, body: 'Wrong by one.' });
    await issues.addLabels({ ...repository, issue_number: data.number, labels: ['ai-fix'] });
    return data.number;
  };
  const numbers = [await label(poison), ...(await Promise.all(healthy.map(label)))];
  const { data } = await repos.get(repository);
  const where = { host: new URL(github.serverUrl).host, id: data.id };
  const endOf = (number: number) =>
    waitUntil(async () => (await app.latest(where, number))?.end ?? null, { withinMs: lasting });
  const ends = await Promise.all(numbers.map(endOf));
  expect(ends).toMatchObject([
    { outcome: 'failed', why: expect.stringContaining('died 3 times') },
    { outcome: 'proven' },
    { outcome: 'proven' },
  ]);
  expect(app.deaths).toHaveLength(3);
  for (const issue_number of numbers) {
    const { data: comments } = await issues.listComments({ ...repository, issue_number });
    expect(comments).toHaveLength(1);
  }
  expect(await residueOf({ runs, scratch: join(directory, 'none'), dataDirectory })).toEqual([]);
});
