import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyPlan } from '../../../src/environment/detect/plans.ts';
import { tryBuilds } from '../../../src/environment/prepare/try-builds.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { testSandbox } from '../../support/sandbox.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await testSandbox();
});
afterAll(() => sandbox[Symbol.asyncDispose]());

/** Ends like tsc where it finds errors: 2 when it has written what it was to write. */
const tsc = (exitCode: number) =>
  `#!/bin/bash\necho 'node_modules/a/index.d.ts(1,2): error TS2304: Cannot find name.'\nexit ${exitCode}\n`;

async function build(
  command: string,
  exitCode: number,
): Promise<{ build: string[]; notes: string[]; done: string }> {
  const scripts = { build: 'npm run types && touch done', types: 'tsc -p .' };
  const files = { 'package.json': JSON.stringify({ scripts }), 'node_modules/.bin/tsc': tsc(exitCode) };
  await sandbox.run({ script: 'rm -rf ./* && mkdir -p node_modules/.bin packages/a', timeoutSeconds: 20 });
  for (const [path, text] of Object.entries(files)) {
    const script = `cat > ${path} && chmod +x ${path}`;
    await sandbox.run({ script, input: Buffer.from(text), timeoutSeconds: 20 });
  }
  const installed = { plan: { ...emptyPlan, build: [command] }, leftOut: [], notes: [] };
  const { plan, notes } = await tryBuilds(
    { shell: sandbox, say() {}, signal: new AbortController().signal },
    installed,
  );
  const { head } = await sandbox.run({ script: 'find . -name done', timeoutSeconds: 20 });
  return { build: plan.build, notes, done: head.toString('utf8').trim() };
}

describe('a build with errors of types', () => {
  it.each([
    ['npm run build', './done'],
    ['cd packages/a && tsc -p . && touch done', './packages/a/done'],
  ])('is used where tsc wrote its output all the same: `%s`', async (command, file) => {
    const found = await build(command, 2);
    expect(found).toMatchObject({ done: file, notes: [expect.stringContaining('errors of types')] });
    expect(found.build).toEqual([expect.stringContaining(command.replace(/^cd \S+ && /, ''))]);
  });

  it('is left out where tsc wrote nothing', async () => {
    const found = await build('npm run build', 1);
    expect(found).toMatchObject({ build: [], done: '', notes: [expect.stringContaining('is left out')] });
  });
});
