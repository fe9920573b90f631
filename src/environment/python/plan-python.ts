import type { EnvironmentPlan } from '../../core/environment.ts';
import { isTestPath } from '../../text/test-paths.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { type Tree, valueAt } from '../tree.ts';
import { chooseTests } from './choose-tests.ts';
import { declaredVersions } from './declared-versions.ts';
import { findExtensions } from './extensions.ts';
import { type Ini, parseIni } from './ini.ts';
import { installCommands } from './install-commands.ts';
import { chooseInterpreter } from './interpreter.ts';
import { readNox } from './nox.ts';
import { readPyproject } from './pyproject.ts';
import { demandedPlugins, importedTestPackages } from './pytest-plugins.ts';
import { requireThree } from './python-two.ts';
import { requirementFiles } from './requirement-files.ts';
import { versionVariables } from './scm-version.ts';
import { findTestNeeds } from './test-needs.ts';
import { readTox, type ToxEnvironment } from './tox.ts';

const virtualEnvironment = '/home/agent/venv';
const maximumTestFiles = 400;

const manifests = ['pyproject.toml', 'setup.py', 'setup.cfg', 'tox.ini', 'pytest.ini', '.python-version'];
const lockFiles = ['uv.lock', 'poetry.lock', 'pdm.lock', 'Pipfile.lock'];

/** Null when nothing in the repository's root says that it is a Python project. */
export async function planPython(files: RepositoryFiles, now = new Date()): Promise<EnvironmentPlan | null> {
  const paths = await files.paths();
  const has = (path: string) => paths.includes(path);
  const requirements = requirementFiles(paths);
  const isPackaged = has('setup.py') || has('setup.cfg') || has('pyproject.toml');
  if (
    !isPackaged &&
    !has('Pipfile') &&
    !requirements.some((path) => !path.includes('/') || path.startsWith('requirements/'))
  )
    return null;
  const pyproject = await readPyproject(files);
  const setupCfg = parseIni((await files.read('setup.cfg')) ?? '');
  const { requires, declared } = await declaredVersions(files, pyproject, setupCfg);
  const interpreter = chooseInterpreter({ requires, declared, committedAt: await files.committedAt() }, now);
  const ofTox = await readTox(files, pyproject, setupCfg, interpreter.version);
  const tox = saysNothing(ofTox) ? ((await readNox(files)) ?? ofTox) : ofTox;
  const isInstallable = canBeInstalled(has, pyproject, setupCfg);
  const needs = await findTestNeeds(files, pyproject, setupCfg, tox, isInstallable);
  const testSources = await files.readAll(testFiles(paths));
  const manifestTexts = await files.readAll(['setup.py', 'setup.cfg', 'pyproject.toml']);
  requireThree({
    ...{ requires, declared, manifests: [...manifestTexts.values()].join('\n') },
    sources: [...manifestTexts.values(), ...testSources.values()],
  });
  const pytestConfiguration = await readPytestConfiguration(files, pyproject, setupCfg);
  const extensions = await findExtensions(files, pyproject);
  const tests = await chooseTests({ files, pyproject, tox, pytestConfiguration, testSources });
  const runners = [...new Set(tests.map(({ runner }) => runner))];
  const lockFile = lockFiles.find(has);
  return {
    summary: [
      `Python ${interpreter.version}`,
      lockFile === 'uv.lock' ? 'uv with uv.lock' : 'uv',
      ...packagesOf(interpreter.packagesBefore),
      ...runners,
    ].join(', '),
    keyFiles: [...manifests, ...lockFiles, 'Pipfile', ...requirements],
    packageManager: 'pip',
    setup: interpreter.setup,
    install: installCommands({
      interpreter,
      virtualEnvironment,
      lockFile,
      isInstallable,
      pyproject,
      needs,
      extensions,
      version: await versionVariables(files, pyproject, setupCfg),
      runnerPackages: [
        ...(runners.includes('pytest') ? ['pytest', ...demandedPlugins(pytestConfiguration)] : []),
        ...(runners.includes('django') ? ['tblib'] : []), // carries failures from one process to another
        ...importedTestPackages(testSources.values()),
      ],
    }),
    build: extensions.build,
    tests,
    env: {
      VIRTUAL_ENV: virtualEnvironment,
      PATH: `${virtualEnvironment}/bin:/home/agent/.local/bin:/usr/local/bin:/usr/bin:/bin`,
      UV_PYTHON: interpreter.version,
      UV_PYTHON_INSTALL_DIR: '/opt/python',
      UV_PYTHON_DOWNLOADS: 'never',
    },
  };
}

function saysNothing({ deps, extras, groups, commands }: ToxEnvironment): boolean {
  return [deps, extras, groups, commands].every((list) => list.length === 0);
}

function packagesOf(date: string | null): string[] {
  return date === null ? [] : [`packages from before ${date}`];
}

function canBeInstalled(has: (path: string) => boolean, pyproject: Tree, setupCfg: Ini): boolean {
  return (
    has('setup.py') ||
    (has('pyproject.toml') && setupCfg.has('metadata')) ||
    ['project', 'build-system'].some((key) => valueAt(pyproject, key) !== undefined) ||
    valueAt(pyproject, 'tool', 'poetry', 'name') !== undefined
  );
}

function testFiles(paths: readonly string[]): string[] {
  return paths
    .filter((path) => path.endsWith('.py') && (isTestPath(path) || /(^|\/)tests?\.py$/.test(path)))
    .slice(0, maximumTestFiles);
}

/** What pytest reads, as text; nothing when it is not configured. */
async function readPytestConfiguration(
  files: RepositoryFiles,
  pyproject: Tree,
  setupCfg: Ini,
): Promise<string> {
  const texts = await files.readAll(['pytest.ini', '.pytest.ini', 'tox.ini']);
  const sections = [...texts.values()].map(parseIni);
  const inIni = [...sections.map((ini) => ini.get('pytest')), setupCfg.get('tool:pytest')].flatMap(
    (section) => (section === undefined ? [] : [...section].map(([key, value]) => `${key} = ${value}`)),
  );
  const table = valueAt(pyproject, 'tool', 'pytest', 'ini_options') ?? valueAt(pyproject, 'tool', 'pytest');
  const inToml = typeof table === 'object' && table !== null ? Object.entries(table) : [];
  return [
    ...inIni,
    ...inToml.map(([key, value]) => `${key} = ${Array.isArray(value) ? value.join(' ') : String(value)}`),
  ].join('\n');
}
