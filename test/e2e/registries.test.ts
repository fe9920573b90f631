import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputText } from '../../src/core/command.ts';
import type { Diagnosis } from '../../src/core/diagnosis.ts';
import type { RunEvent } from '../../src/core/events.ts';
import { secretForms } from '../../src/text/redact.ts';
import { removeEnvironments } from '../support/environments.ts';
import { startCli } from '../support/fix.ts';
import { type PrivateRegistry, startPrivateRegistry } from '../support/private-registry.ts';
import { createRepository } from '../support/repository.ts';
import { testEngine, testSandbox } from '../support/sandbox.ts';

const token = `canary${randomBytes(16).toString('hex')}`;
const forms = secretForms([token]);
const images = new Set<string>();
let registry: PrivateRegistry;
let scratch: string;

beforeAll(async () => {
  registry = await startPrivateRegistry(token);
  scratch = await mkdtemp(join(tmpdir(), 'ai-fix-registries-'));
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await removeEnvironments(images);
  await rm(scratch, { recursive: true, force: true });
});

/** What an administrator gives to an organisation. */
async function give(owner: string, secret = token): Promise<void> {
  const [address] = registry.host.split(':');
  const files = {
    '.npmrc': `//${registry.host}/npm/:_authToken=${secret}\n`,
    '.netrc': `machine ${address} login reader password ${secret}\n`,
    '.config/pip/pip.conf': `[global]\nindex-url = http://${registry.host}/simple/\ntrusted-host = ${address}\n`,
  };
  for (const [path, text] of Object.entries(files)) {
    const full = join(scratch, 'registries', owner, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, text);
  }
}

const npmAndPip = [
  'npm install --no-package-lock',
  'python3 -m venv .venv',
  '.venv/bin/python -m pip install --quiet acme-answer',
  'rm -rf ~/.cache && uv venv --quiet .venv-uv',
  'uv pip install --python .venv-uv --index-url "http://$REGISTRY/simple/" acme-answer',
];

async function examine(
  install: string[] | null,
  registries: string | null,
  more: Record<string, string> = {},
) {
  await using repository = await createRepository();
  const python = 'require("child_process").execFileSync(".venv/bin/python", ["-c", "import acme_answer"])';
  const config = { env: { REGISTRY: registry.host }, ...(install === null ? {} : { install }) };
  await repository.commit({
    'package.json': JSON.stringify({
      dependencies: { '@acme/answer': '^1.0.0' },
      scripts: { test: 'node --test' },
    }),
    '.npmrc': `@acme:registry=http://${registry.host}/npm/\n`,
    '.github/ai-fix.yml': JSON.stringify(config),
    '.gitignore': 'node_modules\n.venv*\n',
    'answer.test.js': `const answer = require('@acme/answer');
require('node:test').test('is known', () => { ${install === null ? '' : python}; if (answer !== 42) throw new Error(); });
`,
    ...more,
  });
  const flags = registries === null ? [] : ['--registries', registries];
  const { stdout, stderr } = await startCli(['doctor', '--json', '--repo', repository.directory, ...flags], {
    AI_FIX_DATA_DIR: join(scratch, 'data'),
    AI_FIX_REGISTRIES: join(scratch, 'registries'),
  }).ended;
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent | ({ type: 'doctor' } & Diagnosis));
  const ready = events.find((event) => event.type === 'environment_ready');
  if (ready !== undefined) images.add(ready.image);
  return { image: ready?.image ?? null, diagnosis: events.at(-1) as Diagnosis, told: stdout + stderr };
}

/** Which of these texts occur in what the Engine would save of an image: all layers, its configuration and history. */
async function savedWith(image: string, wanted: readonly string[]): Promise<string[]> {
  const { docker } = await testEngine();
  const found = new Set<string>();
  const overlap = Math.max(...wanted.map((text) => text.length));
  let rest = Buffer.alloc(0);
  for await (const chunk of await docker.getImage(image).get()) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    for (const text of wanted) if (bytes.includes(text)) found.add(text);
    rest = bytes.subarray(-overlap);
  }
  return [...found];
}

describe('a private registry', () => {
  it('is open to the installation alone: what gave access is in no image, no output and no other sandbox', async () => {
    await give('acme');
    const { image, diagnosis, told } = await examine(npmAndPip, 'acme/shop');
    expect(diagnosis).toMatchObject({ sane: true, baseline: { counts: { passed: 1, failed: 0 } } });
    expect(registry.served).toEqual(
      expect.arrayContaining([
        '/npm/@acme/answer',
        '/simple/acme-answer/',
        '/npm/@acme/answer/-/answer-1.0.0.tgz',
      ]),
    );
    expect(forms.filter((form) => told.includes(form))).toEqual([]);
    expect(await savedWith(image as string, [...forms, 'is known'])).toEqual(['is known']);

    await using agent = await testSandbox({ image: image as string });
    const looked = await agent.run({
      script: 'ls -A ~ /tmp; env; cat ~/.npmrc ~/.netrc',
      timeoutSeconds: 20,
    });
    expect(outputText(looked)).not.toMatch(/\.netrc$|ai-fix-registries/m);
    expect(forms.filter((form) => outputText(looked).includes(form))).toEqual([]);
  });

  it('that nobody gave access to is told with the setting that gives it', async () => {
    await give('acme');
    const pip = await examine([...npmAndPip.slice(1, 3)], 'others', {
      'pip.conf': `[global]\nindex-url = http://${registry.host}/simple/\ntrusted-host = ${registry.host.split(':')[0]}\n`,
      '.github/ai-fix.yml': JSON.stringify({
        install:
          'python3 -m venv .venv && PIP_CONFIG_FILE=pip.conf .venv/bin/python -m pip install acme-answer',
        test: 'node --test',
      }),
    });
    expect(pip.diagnosis.problem).toContain(`The registry ${registry.host} refused access`);
    expect(pip.diagnosis.problem).toContain('AI_FIX_REGISTRIES');
    const npm = await examine(null, null);
    expect(npm.diagnosis.environment?.leftOut).toEqual([
      { name: '@acme/answer', why: expect.stringContaining('AI_FIX_REGISTRIES') },
    ]);
  });

  it('that refuses the access that was given ends the installation, and nothing is left out', async () => {
    await give('wrong', 'another-token-than-that');
    const { diagnosis, image } = await examine(null, 'wrong');
    expect(image).toBeNull();
    expect(diagnosis.problem).toContain('A registry refused access');
    expect(diagnosis.problem).toContain('AI_FIX_REGISTRIES');
  });

  it('does not show in what a failing installation printed', async () => {
    await give('acme');
    const show = 'cat ~/.npmrc ~/.netrc; base64 < ~/.netrc; echo and then; exit 1';
    const { diagnosis, told } = await examine([show], 'acme');
    expect(diagnosis.problem).toMatch(/_authToken=\[redacted\].*password \[redacted\].*and then/s);
    expect(forms.filter((form) => told.includes(form))).toEqual([]);
  });

  it.each([
    ['as they are', 'cp ~/.netrc ~/.local-copy'],
    ['in base64', 'base64 -w 0 < ~/.npmrc > stolen.txt'],
    ['in place of the link', 'cp ~/.npmrc ~/new && mv ~/new ~/.npmrc'],
  ])('keeps no environment whose installation wrote credentials into files %s', async (_how, steal) => {
    await give('acme');
    const { diagnosis, image, told } = await examine(['npm install --no-package-lock', steal], 'acme');
    expect(image).toBeNull();
    expect(diagnosis.problem).toContain('wrote credentials of a registry into files');
    expect(forms.filter((form) => told.includes(form))).toEqual([]);
  });
});
