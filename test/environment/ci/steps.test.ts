import { describe, expect, it } from 'vitest';
import { readDevcontainer } from '../../../src/environment/ci/devcontainer.ts';
import { readJobs } from '../../../src/environment/ci/jobs.ts';
import { sortSteps } from '../../../src/environment/ci/steps.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const path = '.github/workflows/ci.yml';

async function sorted(steps: string, job = '') {
  const text = `jobs:\n  a:\n    runs-on: ubuntu-latest\n${job}    steps:\n${steps.replace(/^(?=.)/gm, '      ')}`;
  const [found] = await readJobs(repositoryFiles({ [path]: text }), [path]);
  return found === undefined ? null : sortSteps(found);
}

describe('the steps of a CI job', () => {
  it('are sorted into what makes ready, what builds and what tests', async () => {
    const steps = `
- uses: actions/checkout@v4
- run: |
    # tools
    pip install -r dev.txt
    make all
- run: pytest tests
- run: codecov
- run: ./after.sh
`;
    expect(await sorted(steps)).toMatchObject({
      setup: [],
      install: ['pip install -r dev.txt'],
      build: ['make all'],
      tests: [{ command: 'pytest tests', directory: '' }],
    });
  });

  it.each(['make deps', 'make install-deps', 'make setup', 'make dev-requirements'])(
    'install where make is called for that: %s',
    async (command) => {
      expect(await sorted(`- run: ${command}\n- run: pytest\n`)).toMatchObject({
        install: [command],
        build: [],
      });
    },
  );

  it('are run where the workflow says, with the variables that are plain', async () => {
    const job = `    env: { A: 1, NONE: null, TOKEN: "\${{ secrets.T }}" }\n    defaults: { run: { working-directory: ./app/ } }\n`;
    const found = await sorted(`- run: npm ci\n- run: npm test\n  working-directory: web\n`, job);
    expect(found).toMatchObject({
      install: ['cd app && npm ci'],
      tests: [{ command: 'npm test', directory: 'web' }],
      env: { A: '1' },
    });
    expect(found?.env.TOKEN).toBeUndefined();
  });

  it.each([
    ['an expression', '- run: pip install "x==${{ matrix.x }}"'],
    ['an expression among its variables', '- run: pip install $X\n  env: { X: "${{ matrix.x }}" }'],
    ['a condition', "- run: pip install x\n  if: matrix.os == 'y'"],
    ['another shell', '- run: pip install x\n  shell: pwsh'],
    ['a directory outside', '- run: pip install x\n  working-directory: ../x'],
    ['an action instead of commands', '- uses: actions/setup-python@v5'],
    ['something else than a step', '- 7'],
  ])('are left out with %s', async (_what, step) => {
    const found = await sorted(`${step}\n- run: pytest\n`);
    expect(found).toMatchObject({ install: [], tests: [{ command: 'pytest' }] });
  });

  it('give commands for root to the set-up, with package lists and without questions', async () => {
    const found = await sorted(
      '- run: sudo apt-get install libpq-dev\n- run: sudo -E apt install -y jq\n- run: make test\n',
    );
    expect(found?.setup).toEqual(['apt-get update', 'apt-get install -y libpq-dev', 'apt install -y jq']);
  });

  it('keep a script with loops in one piece', async () => {
    const found = await sorted('- run: |\n    for f in *; do\n      npm i $f\n    done\n- run: npm test\n');
    expect(found?.install).toEqual(['for f in *; do\n  npm i $f\ndone']);
  });

  it.each(['', ': [', 'jobs: 7', 'jobs: { a: { steps: 7 } }', 'a: &a [*a]'])(
    'are none in a workflow like %j',
    async (text) => {
      expect(await readJobs(repositoryFiles({ [path]: text }), [path])).toEqual([]);
    },
  );
});

describe('a development container', () => {
  it.each<[string, string, string[]]>([
    ['one command', '{ "postCreateCommand": "npm ci", }', ['npm ci']],
    ['words', '{ "postCreateCommand": ["make", "all deps"] } // x', ["make 'all deps'"]],
    ['several', '{ "onCreateCommand": {"a": "x", "b": ["y"]}, "postCreateCommand": "z" }', ['x', 'y', 'z']],
    ['variables of the editor', '{ "postCreateCommand": "x ${containerWorkspaceFolder}" }', []],
    ['mistakes', '{ "postCreateCommand": 7', []],
  ])('says what it does once it is made: %s', async (_what, text, expected) => {
    const found = await readDevcontainer(repositoryFiles({ '.devcontainer/devcontainer.json': text }));
    expect(found?.steps.map(({ run }) => run) ?? []).toEqual(expected);
  });
});
