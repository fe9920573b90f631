import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandboxes } from '../../../src/adapters.ts';
import { readConfig } from '../../../src/config.ts';
import { outputText } from '../../../src/core/command.ts';
import { leaveOut } from '../../../src/environment/node/leave-out.ts';
import { nodeSetup } from '../../../src/environment/node/node-setup.ts';
import { setUp } from '../../../src/environment/prepare/set-up.ts';
import { runners } from '../../../src/environment/runners/runners.ts';
import { printExports } from '../../../src/text/quote-word.ts';
import { removeEnvironments } from '../../support/environments.ts';
import { testEngine } from '../../support/sandbox.ts';

const made = new Set<string>();
const startedAt = Date.now();
let sandboxes: ReturnType<typeof createSandboxes>;
let image: string | null;
beforeAll(async () => {
  const engine = await testEngine();
  sandboxes = createSandboxes(engine, readConfig({}), { run: `node-${process.pid}`, keepAgent: false });
  image = await setUpNode(16);
});
afterAll(() => removeEnvironments(made));

async function setUpNode(major: number): Promise<string | null> {
  const commands = [...nodeSetup(major), `: ${process.pid}-${startedAt}`];
  const ready = await setUp(commands, sandboxes, () => {}, new AbortController().signal);
  made.add(ready as string);
  return ready;
}

const uvuTests = `import { test } from 'uvu';
import * as assert from 'uvu/assert';
test('adds', () => assert.is(1 + 1, 2));
test('fails', () => assert.is(1, 2));
test.skip('waits', () => {});
test.run();
`;

describe('an older Node', () => {
  it('comes with an npm that runs on it, and the headers that belong to it', async () => {
    await using sandbox = await sandboxes.openForInstall(image);
    const script = `node --version && npm --version && npm exec --offline -- node -p 1 && grep -h 'define NODE_MAJOR' "$npm_package_config_node_gyp_nodedir/include/node/node_version.h"`;
    const printed = outputText(await sandbox.run({ script, timeoutSeconds: 60 }));
    expect(printed).toMatch(/^v16\.\d+\.\d+\n8\.\d+\.\d+\n1\n#define NODE_MAJOR_VERSION 16\n$/);
  });

  it('without hooks for modules lets uvu report all the same, time and again', async () => {
    await using sandbox = await sandboxes.openForInstall(image);
    const run = runners.uvu.script(
      { runner: 'uvu', directory: '', options: [], targets: ['.', 'sums.test.mjs'], env: {} },
      null,
    );
    const script = `${printExports(sandboxes.installVariables)}
mkdir /tmp/sums && cd /tmp/sums && cat > sums.test.mjs && npm install --silent uvu
export PATH="$PWD/node_modules/.bin:$PATH"
for time in 1 2; do (AI_FIX_REPORT=/tmp/report-$time; export AI_FIX_REPORT; ${run}) > /dev/null 2>&1; done
cat /tmp/report-2`;
    const ran = await sandbox.run({ script, input: Buffer.from(uvuTests), timeoutSeconds: 60 });
    const tests = runners.uvu.parse(outputText(ran), '/tmp/sums');
    expect(tests).toMatchObject([
      { id: 'waits', status: 'skipped', file: 'sums.test.mjs' },
      { id: 'adds', status: 'passed', file: 'sums.test.mjs' },
      { id: 'fails', status: 'failed', file: 'sums.test.mjs' },
    ]);
  });

  it('as old as 10 is not asked to run our own programs', async () => {
    await using sandbox = await sandboxes.openForInstall(await setUpNode(10));
    const manifest = JSON.stringify({ dependencies: { gone: '1', kept: '1' } });
    await sandbox.run({
      script: 'git init -q && cat > package.json && git add .',
      input: Buffer.from(manifest),
      timeoutSeconds: 10,
    });
    const gone = { name: 'gone', why: 'it is not in the registry' };
    expect(await leaveOut(sandbox, gone, { manager: 'npm', command: 'npm install' })).toMatchObject({
      leftOut: { name: 'gone' },
    });
    const { dependencies } = JSON.parse(
      outputText(await sandbox.run({ script: 'cat package.json', timeoutSeconds: 10 })),
    );
    expect(dependencies).toEqual({ kept: '1' });
  });

  it('as old as 10 lets mocha report, also of a file that cannot be loaded', async () => {
    await using sandbox = await sandboxes.openForInstall(await setUpNode(10));
    const run = runners.mocha.script(
      { runner: 'mocha', directory: '', options: [], targets: ['sums.js', 'broken.js'], env: {} },
      null,
    );
    const script = `${printExports(sandboxes.installVariables)}
mkdir /tmp/sums && cd /tmp/sums && cat > sums.js && echo 'throw new Error("no sum")' > broken.js && npm install --silent mocha@5
export PATH="$PWD/node_modules/.bin:$PATH" AI_FIX_REPORT=/tmp/report
${run} > /dev/null 2>&1
cat /tmp/report`;
    const tests = "it('adds', () => {}); it('fails', () => { throw new Error('wrong'); }); it('waits');\n";
    const ran = await sandbox.run({ script, input: Buffer.from(tests), timeoutSeconds: 120 });
    expect(runners.mocha.parse(outputText(ran), '/tmp/sums')).toMatchObject([
      { id: 'adds', status: 'passed' },
      { id: 'fails', status: 'failed' },
      { id: 'waits', status: 'skipped' },
      { id: 'broken.js > (file)', status: 'failed' },
    ]);
  });
});
