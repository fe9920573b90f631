import { describe, expect, it } from 'vitest';
import type { Environment, EnvironmentPlan } from '../../../src/core/environment.ts';
import type { PreparationPorts } from '../../../src/environment/prepare/preparation.ts';
import { prepareEnvironment } from '../../../src/environment/prepare/prepare-environment.ts';
import { repositoryFiles } from '../../support/repository-files.ts';
import { testSandbox } from '../../support/sandbox.ts';

const plan = (install: string[]): EnvironmentPlan => ({
  ...{
    summary: 'Python',
    keyFiles: [],
    packageManager: 'pip',
    setup: ['first'],
    install,
    build: [],
    tests: [],
  },
  env: {},
});

/** Prepares in real sandboxes; a set-up is kept by its commands. */
async function prepare(install: string[]): Promise<{ environment: Environment; setups: string[][] }> {
  const setups: string[][] = [];
  const git = { script: 'git init --quiet && git commit --quiet --allow-empty -m a', timeoutSeconds: 30 };
  const nothing = async () => undefined;
  const ports: PreparationPorts = {
    files: repositoryFiles({}),
    scope: [],
    base: 'base',
    find: async () => [],
    isInHistory: async () => true,
    async findSetup(commands) {
      setups.push([...commands]);
      return commands.join(' ').includes('libpq-dev') ? 'with libpq' : 'plain';
    },
    openForSetup: async () => expect.unreachable('every set-up is kept'),
    async open(setup) {
      const sandbox = await testSandbox({ env: { SETUP: setup ?? '' } });
      return Object.assign(sandbox, { keep: async () => 'image' });
    },
    installVariables: {},
    registries: new Map(),
    async placeTip(shell) {
      await shell.run(git);
      return ['large.csv'];
    },
    placeAncestry: nothing,
    restoreTracked: nothing,
    excludePaths: nothing,
  };
  const signal = new AbortController().signal;
  const { environment } = await prepareEnvironment(plan(install), ports, () => {}, signal);
  return { environment, setups };
}

describe('prepareEnvironment', () => {
  it('sets the system up with a library that a build asks for, and installs anew', async () => {
    const said = 'Error: pg_config executable not found.';
    const command = `test "$SETUP" = 'with libpq' || { echo '${said}'; exit 1; } # uv pip install psycopg2`;
    const { environment, setups } = await prepare([command]);
    expect(setups).toHaveLength(2);
    expect(environment.plan.setup.at(-1)).toContain('libpq-dev');
    expect(environment.notes).toEqual([
      expect.stringContaining('needs libpq-dev'),
      'this copy of the repository does not hold large.csv: tests that need it fail',
    ]);
  });
});
