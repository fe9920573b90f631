import { expect, it } from 'vitest';
import { outputText } from '../../../../src/core/command.ts';
import { runners } from '../../../../src/environment/runners/runners.ts';
import { testSandbox } from '../../../support/sandbox.ts';

const tests = `const { test } = require('node:test');
const { execFileSync } = require('node:child_process');
test('asks', (_t, done) => { process.stdin.on('end', done).resume(); });
test('gives input to a program of its own', () => {
  const said = execFileSync(process.execPath, ['-e', 'process.stdin.pipe(process.stdout)'], { input: 'hello' });
  if (String(said) !== 'hello') throw new Error('it read ' + said);
});
test('is given the variables as they were', () => {
  if (process.env.NODE_OPTIONS !== process.env.EXPECTED) throw new Error(process.env.NODE_OPTIONS);
});
`;

const nodeTest = runners['node-test'];
const plain = { runner: 'node-test' as const, directory: '', env: {}, options: [], targets: [] };

async function resultsOf(files: Record<string, string>, script: string, variables = ''): Promise<string[]> {
  await using sandbox = await testSandbox();
  for (const [name, text] of Object.entries(files)) {
    const place = `mkdir -p /tmp/tests && cat > /tmp/tests/${name}`;
    await sandbox.run({ script: place, input: Buffer.from(text), timeoutSeconds: 20 });
  }
  const all = [
    `cd /tmp/tests && export AI_FIX_REPORT=/tmp/report ${variables}`,
    `(${script}) > /dev/null`,
    'cat /tmp/report',
  ];
  const result = await sandbox.run({ script: all.join('\n'), timeoutSeconds: 60 });
  const read = nodeTest.parse(outputText(result), '/tmp/tests');
  return read.map(({ id, status, message = '' }) => `${id}: ${status}${message}`);
}

it.each([undefined, '--no-warnings'])(
  'a test of Node that reads its input finds the end of it, and nothing else changes (NODE_OPTIONS: %s)',
  async (options) => {
    const variables = options === undefined ? '' : `NODE_OPTIONS=${options} EXPECTED=${options}`;
    expect(await resultsOf({ 'a.test.js': tests }, nodeTest.script(plain, null), variables)).toEqual([
      'a.test.js > asks: passed',
      'a.test.js > gives input to a program of its own: passed',
      'a.test.js > is given the variables as they were: passed',
    ]);
  },
);

it('a test file that leaves a server open fails after its time, and the results of others are whole', async () => {
  const files = {
    'a.test.js':
      "require('node:test').test('opens', () => { require('node:http').createServer().listen(0); });",
    'b.test.js': "require('node:test').test('is well', () => {});",
  };
  const script = nodeTest.script(plain, null).replace('300000', '2000');
  expect(await resultsOf(files, script)).toEqual([
    'a.test.js > opens: passed',
    'a.test.js: failedtest failed',
    'b.test.js > is well: passed',
    expect.stringMatching(/^a\.test\.js: failedended after .* such as a server, still runs$/),
  ]);
});
