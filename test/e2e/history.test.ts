import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runLocally } from '../../src/commands/local-run.ts';
import { readConfig } from '../../src/config.ts';
import type { RunEvent } from '../../src/core/events.ts';
import { defaultRunLimits } from '../../src/core/limits.ts';
import { parseScript, type ScriptInput } from '../../src/demo/scripted-model/script.ts';
import { startScriptedModel } from '../../src/demo/scripted-model/server.ts';
import { removeEnvironments } from '../support/environments.ts';
import { commandsScript, write } from '../support/fix.ts';
import { commonStart, expectToGrow } from '../support/history.ts';
import { startRecorder } from '../support/recorder.ts';
import { createSums, fixedTotal, newTest, sumsFiles } from '../support/sums.ts';

let repository: Awaited<ReturnType<typeof createSums>>;
let scratch: string;
const images = new Set<string>();

beforeAll(async () => {
  repository = await createSums({ 'AGENTS.md': 'Use two spaces.\n' });
  scratch = await mkdtemp(join(tmpdir(), 'ai-fix-history-'));
});
afterAll(async () => {
  await removeEnvironments(images);
  await repository[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true, force: true });
});

/** A whole run, with the bytes of all that it asked. */
async function record(script: ScriptInput, issue = { title: 'Wrong sum', body: 'It is 3.' }) {
  await using model = await startScriptedModel({ script: parseScript(script) });
  await using recorder = await startRecorder(model.url);
  const config = readConfig({
    ...process.env,
    DEEPSEEK_BASE_URL: recorder.url,
    DEEPSEEK_API_KEY: model.key,
    AI_FIX_DATA_DIR: scratch,
  });
  const events: RunEvent[] = [];
  const print = async (...more: RunEvent[]) => {
    for (const event of more) if (event.type === 'environment_ready') images.add(event.image);
    events.push(...more);
  };
  const task = { directory: repository.directory, base: 'HEAD', text: issue, keepSandbox: false };
  const progress = { say() {}, async show() {}, stop() {} };
  const result = await runLocally(
    { ...task, limits: defaultRunLimits, attempts: {} },
    config,
    progress,
    print,
    new AbortController().signal,
  );
  return { result, events, bodies: recorder.bodies() };
}

const toldIn = (events: readonly RunEvent[]) =>
  events.flatMap((event) =>
    event.type === 'message' && event.message.role === 'user' ? [String(event.message.content)] : [],
  );

describe('the bytes of the requests of a run', () => {
  it('only grow, through tools, faults, dropped answers, facts, news and the second look', async () => {
    const [test, fix] = [
      write('test/total.test.js', sumsFiles['test/total.test.js'] + newTest),
      write('lib/total.js', fixedTotal),
    ];
    const { turns } = commandsScript(
      ['ls; seq 1 100000', test],
      [fix, 'echo debris > notes.txt'],
      ['rm notes.txt'],
    );
    const [first, ...rest] = turns;
    const { result, events, bodies } = await record({
      turns: [
        {
          ...first,
          reasoning: 'Zuerst “sehen”. 先看看。\u2028',
          faults: [{ status: 503 }, { cut: 500 }, { html: true }],
        } as never,
        {
          reasoning: 'Two at once.',
          calls: [
            { name: 'search', arguments: {} },
            { name: 'bash', arguments: { command: 'true' } },
          ],
        },
        ...rest,
      ],
    });
    expect(result.outcome).toBe('proven');
    const told = toldIn(events);
    for (const start of ['Your change was tested', 'For your information', 'Your change passed the proof'])
      expect(
        told.filter((text) => text.startsWith(start)),
        start,
      ).toHaveLength(1);
    expect(bodies.length).toBeGreaterThan(10);
    expectToGrow(bodies);
    expect(result.usage.seconds.waiting).toBeGreaterThan(0);
    expect(events.at(-1)).toMatchObject({ type: 'outcome', usage: result.usage });
  });

  it('are the same for two issues on one commit up to the issue: options, tools and the repository’s part', async () => {
    const silent = commandsScript([], []); // a model that never calls a tool
    const one = await record(silent, { title: 'One', body: 'Here.' });
    const two = await record(silent, { title: 'Another', body: 'There.' });
    expect([one, two].map(({ result }) => result.outcome)).toEqual(['no_change', 'no_change']);
    expect(one.bodies).toHaveLength(2);
    const start = commonStart(one.bodies[0] as Buffer, two.bodies[0] as Buffer);
    for (const part of [
      '"str_replace_editor"',
      'Use two spaces.',
      sumsFiles['lib/mean.js'].split('\n')[0],
      '## The issue',
    ])
      expect(start).toContain(part);
    for (const { bodies } of [one, two])
      expect(bodies.map((body) => JSON.parse(body.toString()).user_id)).toEqual(bodies.map(() => 'ai-fix'));
  });
});
