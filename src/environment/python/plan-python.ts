import { parse as parseToml } from 'smol-toml';
import { z } from 'zod';
import type { EnvironmentPlan } from '../../core/environment.ts';
import { OperationalError } from '../../core/errors.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { quoteWord } from '../shell-words.ts';

const virtualEnvironment = '/home/agent/venv';

const pyprojectSchema = z.object({
  project: z
    .object({
      name: z.string().optional(),
      'optional-dependencies': z.record(z.string(), z.unknown()).default({}),
    })
    .optional(),
  'build-system': z.unknown().optional(),
  'dependency-groups': z.record(z.string(), z.unknown()).default({}),
  tool: z.record(z.string(), z.unknown()).default({}),
});
type Pyproject = z.infer<typeof pyprojectSchema>;

const testWords = /^(tests?|testing|dev|develop|ci|all)$/i;

/** Null when nothing in the repository's root says that it is a Python project. */
export async function planPython(files: RepositoryFiles): Promise<EnvironmentPlan | null> {
  const paths = await files.paths();
  const has = (path: string) => paths.includes(path);
  const requirements = paths.filter((path) =>
    /^(requirements\/[\w.-]+|[\w.-]*requirements[\w.-]*)\.txt$/.test(path),
  );
  const packaged = has('setup.py') || has('setup.cfg') || has('pyproject.toml');
  if (!packaged && requirements.length === 0) return null;
  const pyproject = await readPyproject(files);
  const testRequirements = requirements.filter((path) =>
    /(^|[-_./])(tests?|testing|dev)([-_.]|$)/.test(path),
  );
  const isInstallable =
    has('setup.py') ||
    (has('pyproject.toml') && /^\[metadata\]/m.test((await files.read('setup.cfg')) ?? '')) ||
    pyproject.project !== undefined ||
    pyproject['build-system'] !== undefined;
  const install = [
    `uv venv --seed --quiet ${virtualEnvironment}`,
    ...(isInstallable ? [`uv pip install --editable ${quoteWord(`.${extras(pyproject)}`)}`] : []),
    ...groups(pyproject),
    ...[...(has('requirements.txt') && !isInstallable ? ['requirements.txt'] : []), ...testRequirements].map(
      (path) => `uv pip install --requirement ${quoteWord(path)}`,
    ),
    'uv pip install pytest',
  ];
  return {
    summary: 'Python 3.11, uv, pytest',
    keyFiles: ['pyproject.toml', 'setup.py', 'setup.cfg', 'uv.lock', 'poetry.lock', ...requirements],
    packageManager: 'pip',
    setup: [],
    install,
    build: [],
    tests: [
      { runner: 'pytest', directory: '', options: [], targets: await testTargets(files, pyproject), env: {} },
    ],
    env: {
      VIRTUAL_ENV: virtualEnvironment,
      PATH: `${virtualEnvironment}/bin:/home/agent/.local/bin:/usr/local/bin:/usr/bin:/bin`,
    },
  };
}

async function readPyproject(files: RepositoryFiles): Promise<Pyproject> {
  const text = await files.read('pyproject.toml');
  if (text === null) return pyprojectSchema.parse({});
  try {
    return pyprojectSchema.parse(parseToml(text));
  } catch (error) {
    throw new OperationalError(
      'no_environment',
      'pyproject.toml cannot be read, so the dependencies cannot be installed: correct it, or give `install` and `test` in .github/ai-fix.yml.',
      { cause: error },
    );
  }
}

function extras(pyproject: Pyproject): string {
  const names = Object.keys(pyproject.project?.['optional-dependencies'] ?? {}).filter((name) =>
    testWords.test(name),
  );
  return names.length === 0 ? '' : `[${names.join(',')}]`;
}

function groups(pyproject: Pyproject): string[] {
  return Object.keys(pyproject['dependency-groups'])
    .filter((name) => testWords.test(name))
    .map((name) => `uv pip install --group ${name}`);
}

/** The tests' directory where it is clear, so that pytest does not walk documentation and examples. */
async function testTargets(files: RepositoryFiles, pyproject: Pyproject): Promise<string[]> {
  const texts = await files.readAll(['pytest.ini', '.pytest.ini', 'tox.ini', 'setup.cfg']);
  const configured = [JSON.stringify(pyproject.tool), ...texts.values()];
  if (configured.some((text) => text.includes('testpaths'))) return [];
  const paths = await files.paths();
  const directory = ['tests', 'test', 'testing'].find((name) =>
    paths.some((path) => path.startsWith(`${name}/`)),
  );
  return directory === undefined ? [] : [directory];
}
