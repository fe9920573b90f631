import { describe, expect, it } from 'vitest';
import { findCandidates } from '../../../src/environment/detect/candidates.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const mocha = JSON.stringify({ scripts: { test: 'mocha test' }, devDependencies: { mocha: '^11' } });
const node = { 'package.json': mocha, 'test/a.js': '' };
const python = { 'pyproject.toml': '[project]\nname = "a"\n', 'tests/test_a.py': '', 'tests/test_b.py': '' };

async function runnersOf(files: Record<string, string>): Promise<string[][]> {
  const { plans } = await findCandidates(repositoryFiles(files));
  return plans.map(({ tests }) => tests.map(({ runner }) => runner));
}

describe('findCandidates', () => {
  it('tries the tests of two languages together, then those of each, the one with more tests first', async () => {
    expect(await runnersOf({ ...node, ...python })).toEqual([['pytest', 'mocha'], ['pytest'], ['mocha']]);
  });

  it('does not put in a language that has no tests here, but tries it in the end', async () => {
    expect(await runnersOf({ ...node, 'setup.py': '' })).toEqual([['mocha'], ['pytest']]);
  });

  it('does not put in tests of which it would know no more than that they fail', async () => {
    const karma = { 'package.json': '{"scripts":{"test":"karma start"}}', 'test/a.js': '' };
    expect(await runnersOf({ ...karma, ...python })).toEqual([['pytest'], ['command']]);
  });

  it('goes on with the other language where one has a manifest with mistakes', async () => {
    expect(await runnersOf({ ...python, 'package.json': '{' })).toEqual([['pytest']]);
  });

  it('says what is wrong with the manifest where there is nothing else', async () => {
    const { plans, problem } = await findCandidates(repositoryFiles({ 'package.json': '{' }));
    expect(plans).toEqual([]);
    expect(problem?.message).toContain('package.json cannot be read as JSON');
  });

  it('takes the tests of a Makefile in any language where nothing else is known, with bats where those are', async () => {
    const makefile = { Makefile: 'lint:\ntest:\n\tbats test\n', 'bin/tool': '' };
    const plansOf = async (files: Record<string, string>) =>
      (await findCandidates(repositoryFiles(files))).plans;
    expect(await plansOf(makefile)).toMatchObject([
      { summary: 'make test', setup: [], tests: [{ options: ['make test'] }] },
    ]);
    const [bats] = await plansOf({ ...makefile, 'test/a.bats': '' });
    expect(bats?.setup.at(-1)).toMatch(/install .*bats$/);
    expect(await plansOf({ ...makefile, Gemfile: '' })).toEqual([]);
    expect(await runnersOf({ ...makefile, ...node })).toEqual([['mocha']]);
  });

  it('looks into directories where the root holds no manifest, not into examples and tests', async () => {
    const files = {
      'web/package.json': mocha,
      'web/test/a.js': '',
      'server/setup.py': '',
      'server/tests/test_a.py': '',
      'examples/package.json': mocha,
      'test/package.json': mocha,
    };
    const { plans } = await findCandidates(repositoryFiles(files));
    expect(plans[0]?.tests.map(({ runner, directory }) => [runner, directory])).toEqual([
      ['pytest', 'server'],
      ['mocha', 'web'],
    ]);
    expect(plans[0]?.install[0]).toMatch(/^cd server && /);
  });

  it('tries the Node version that the repository names after its own', async () => {
    const { plans } = await findCandidates(repositoryFiles({ ...node, '.nvmrc': 'v20.1.0\n' }));
    expect(plans.map(({ summary }) => summary)).toEqual([
      'Node 24, npm, mocha',
      'Node 20 (.nvmrc names it), npm, mocha',
    ]);
  });

  it("tests in CI's time zone and language, and takes no other variable from there", async () => {
    const workflow = `
jobs:
  test:
    runs-on: ubuntu-latest
    env: { TZ: America/New_York, LANG: en_US.utf8, LC_ALL: C, CI_TOKEN: x, LANGUAGES: y }
    steps: [{ run: npm test }]
`;
    const { plans } = await findCandidates(
      repositoryFiles({ ...node, '.github/workflows/ci.yml': workflow }),
    );
    expect(plans[0]?.env).toEqual({ TZ: 'America/New_York', LANG: 'en_US.utf8', LC_ALL: 'C' });
  });

  it('takes what CI does last', async () => {
    const workflow = `
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: sudo apt-get install libxml2-dev
      - run: npm install
      - run: npm run everything
      - run: node --test spec
`;
    const files = { ...node, '.github/workflows/ci.yml': workflow };
    const { plans } = await findCandidates(repositoryFiles(files));
    expect(plans).toMatchObject([
      { setup: [], tests: [{ runner: 'mocha' }] },
      {
        summary: 'Node 24, npm, mocha, with the system packages of .github/workflows/ci.yml',
        setup: ['apt-get update', 'apt-get install -y libxml2-dev'],
        tests: [{ runner: 'mocha' }],
      },
      {
        summary: 'as .github/workflows/ci.yml does it',
        install: ['npm install', 'npm run everything'],
        tests: [{ runner: 'node-test', targets: ['spec'] }],
      },
    ]);
  });

  it.each([
    [
      '.github/workflows/copilot-setup-steps.yml',
      'jobs:\n  copilot-setup-steps:\n    runs-on: ubuntu-latest\n    steps: [{ run: make deps }]\n',
    ],
    ['.devcontainer/devcontainer.json', '{ "postCreateCommand": "make deps" } // for people'],
  ])('tries what makes it ready for agents and people, %s, before what CI does', async (path, text) => {
    const ci =
      'jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps: [{ run: npm i }, { run: node --test }]\n';
    const { plans } = await findCandidates(
      repositoryFiles({ ...node, [path]: text, '.github/workflows/ci.yml': ci }),
    );
    expect(plans).toMatchObject([
      { summary: 'Node 24, npm, mocha' },
      { summary: `as ${path} does it`, install: ['make deps'], tests: [{ runner: 'mocha' }] },
      {
        summary: 'as .github/workflows/ci.yml does it',
        install: ['npm i'],
        tests: [{ runner: 'node-test' }],
      },
    ]);
  });

  it('knows the runner behind a script that CI runs, where it tests otherwise than the script `test`', async () => {
    const scripts = { test: 'mocha --config all.cjs', 'test:unit': 'mocha --config unit.cjs', other: 'lab' };
    const lastTests = async (run: string) => {
      const files = {
        'package.json': JSON.stringify({ scripts }),
        'test/a.js': '',
        '.github/workflows/test.yml': `jobs: { a: { steps: [{ run: npm ci }, { run: ${run} }] } }`,
      };
      const [test] = (await findCandidates(repositoryFiles(files))).plans.at(-1)?.tests ?? [];
      return [test?.runner, ...(test?.options ?? [])];
    };
    expect(await lastTests('npm run test:unit')).toEqual(['mocha', '--config', 'unit.cjs']);
    expect(await lastTests('npm test')).toEqual(['command', 'npm test']);
    expect(await lastTests('npm run other -- test')).toEqual(['command', 'npm run other -- test']);
  });

  it('finds in CI alone how a language is tested that it does not know', async () => {
    const workflow = `
jobs:
  windows: { runs-on: windows-latest, steps: [{ run: choco install x }, { run: x test }] }
  test: { runs-on: ubuntu-latest, steps: [{ uses: actions/checkout@v4 }, { run: ./configure }, { run: ./run-tests.sh && prove -r t }] }
`;
    const { plans } = await findCandidates(repositoryFiles({ '.github/workflows/x.yaml': workflow }));
    expect(plans).toMatchObject([
      { install: ['./configure'], tests: [{ runner: 'command', options: ['./run-tests.sh && prove -r t'] }] },
    ]);
  });

  it('takes the job that names tests before one that checks something, and its tests alone', async () => {
    const workflow = `
jobs:
  style: { runs-on: ubuntu-latest, steps: [{ run: make setup }, { run: make check }] }
  unit: { runs-on: ubuntu-latest, steps: [{ run: make tools }, { run: make check }, { run: make all }, { run: make test }] }
`;
    const { plans } = await findCandidates(repositoryFiles({ '.github/workflows/x.yaml': workflow }));
    expect(plans).toMatchObject([
      { install: [], build: ['make tools', 'make all'], tests: [{ options: ['make test'] }] },
    ]);
  });

  it('takes a check for the tests where nothing is called so', async () => {
    const workflow = `
jobs:
  a: { runs-on: ubuntu-latest, steps: [{ run: ./configure }, { run: npm run check-links }, { run: npm run _lint:check }] }
  b: { runs-on: ubuntu-latest, steps: [{ run: ./configure }, { run: make check }] }
`;
    const { plans } = await findCandidates(repositoryFiles({ '.github/workflows/x.yaml': workflow }));
    expect(plans).toMatchObject([{ install: ['./configure'], tests: [{ options: ['make check'] }] }]);
  });
});
