import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../src/config.ts';
import { localAppConfig } from '../src/demo/local-app.ts';
import { setScene } from '../src/demo/scene.ts';
import { startApp } from '../src/serve.ts';
import { webhookPath } from '../src/server.ts';
import { type Sendable, sendDeliveries } from './send-deliveries.ts';

const count = 1000;
const perSecond = 100;
/** One in so many is sent a second time. */
const duplicateEvery = 20;

/** How long GitHub waits for an answer: signed deliveries at a steady rate to the web role, some of them twice. */
export async function benchDeliveries(): Promise<object> {
  await using scene = await setScene();
  const { github } = scene;
  const dataDirectory = await mkdtemp(join(tmpdir(), 'ai-fix-bench-'));
  const config = { ...localAppConfig(readConfig(), github, dataDirectory), maximumRuns: 0 };
  try {
    await using app = await startApp(config, { web: true, work: false }, { say: () => undefined });
    const answers = await sendDeliveries(
      `${app.url}${webhookPath}`,
      github.app.webhookSecret,
      deliveries(),
      perSecond,
    );
    const times = answers.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
    return {
      deliveries: count,
      per_second: perSecond,
      failed: answers.filter(({ status }) => status < 200 || status > 299).length,
      p50_ms: percentile(times, 0.5),
      p99_ms: percentile(times, 0.99),
      slowest_ms: percentile(times, 1),
    };
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

function deliveries(): Sendable[] {
  const all: Sendable[] = [];
  for (let index = 0; index < count; index++) {
    const earlier = index % duplicateEvery === duplicateEvery - 1 ? all.at(-1) : undefined;
    all.push(earlier ?? { guid: randomUUID(), event: 'issues', payload: labelled(index + 1) });
  }
  return all;
}

function labelled(number: number): object {
  return {
    action: 'labeled',
    installation: { id: 1 },
    repository: { id: 1, name: 'sums', owner: { login: 'acme' } },
    sender: { id: 1, login: 'maya', type: 'User' },
    issue: { number, title: 'The sum is wrong', body: 'It is off by one. '.repeat(200) },
    label: { name: 'ai-fix' },
  };
}

function percentile(sorted: readonly number[], share: number): number {
  const found = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return Math.round(found * 100) / 100;
}
