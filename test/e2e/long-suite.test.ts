import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSandboxes } from '../../src/adapters.ts';
import { readConfig } from '../../src/config.ts';
import { detectEnvironments } from '../../src/environment/detect/detect.ts';
import { startBaseline } from '../../src/run/prepare/baseline.ts';
import { createBaselineStore } from '../../src/run/prepare/baseline-store.ts';
import { buildEnvironment } from '../../src/run/prepare/build-environment.ts';
import { relevantTests } from '../../src/run/prepare/relevant-tests.ts';
import { commitFiles, treeOf } from '../../src/workspace/commits.ts';
import { openLocalRepository } from '../../src/workspace/local-repository.ts';
import { removeEnvironments } from '../support/environments.ts';
import { createRepository } from '../support/repository.ts';
import { testEngine } from '../support/sandbox.ts';

const suiteSeconds = 12;
const passes = (name: string) => `require('node:test').test('${name}', () => {});\n`;
const endless = "require('node:test').test('ends', () => new Promise((done) => setTimeout(done, 1e6)));\n";

it('a suite that is too long has its relevant part run on the base: at first afterwards, and then before the rest', async () => {
  await using opened = new AsyncDisposableStack();
  const scratch = await mkdtemp(join(tmpdir(), 'ai-fix-long-suite-'));
  opened.defer(() => rm(scratch, { recursive: true, force: true }));
  const source = opened.use(await createRepository());
  const commits = [
    await source.commit({
      // one file after the other, the endless one before those that matter
      'package.json': JSON.stringify({ scripts: { test: 'node --test --test-concurrency=1' } }),
      'a/first.test.js': passes('is first'),
      'b/endless.test.js': endless,
      'test/weather.test.js': passes('is about the weather'),
      'lib/weather.js': 'exports.weather = () => "sun";\n',
      ...Object.fromEntries(['tides', 'moon', 'stars', 'wind'].map((name) => [`lib/${name}.js`, '1;\n'])),
    }),
    await source.commit({ 'README.md': '# Weather' }),
  ];
  const repository = opened.use(await openLocalRepository(source.directory, scratch));
  const engine = await testEngine();
  const sandboxes = createSandboxes(engine, readConfig({}), { run: `long-${process.pid}`, keepAgent: false });
  const store = createBaselineStore(join(scratch, 'baselines'), scratch);
  const made = new Set<string>();
  opened.defer(() => removeEnvironments(made));
  const signal = new AbortController().signal;
  const runOrder: string[][] = [];

  for (const commit of commits) {
    const files = commitFiles(repository.git, commit);
    const base = { git: repository.git, commit };
    const [plan] = await detectEnvironments(files, {});
    const site = { repository: repository.identity, base, files };
    const log = { emit: async () => undefined };
    const ready = { plan: plan as NonNullable<typeof plan>, triedBefore: [] };
    const { environment } = await buildEnvironment(site, ready, { sandboxes, say() {} }, log, signal);
    made.add(environment.image);
    const ground = { sandboxes, environment, base, suiteSeconds };
    const issue = { title: 'Wrong weather', body: 'weather() in `lib/weather.js` says sun.' };
    const subject = {
      tree: await treeOf(repository.git, commit),
      paths: await files.paths(),
      relevant: () => relevantTests(issue, files),
    };
    const baseline = await startBaseline(ground, subject, store, signal);
    const { tests, problem } = await baseline.results;
    runOrder.push([...tests.values()].map(({ id }) => id));
    expect(problem).toMatch(/stopped after \d+ s; 1 test files were not reached \(b\/endless\.test\.js\)$/);
  }
  const [first, second] = runOrder;
  expect(first?.toSorted()).toEqual(second?.toSorted());
  expect(first).toContain('test/weather.test.js > is about the weather');
});
