import type { EnvironmentPlan, RunnerName } from '../../core/environment.ts';
import { isTestPath } from '../../text/test-paths.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { valueAt } from '../tree.ts';
import { chooseTests } from './choose-tests.ts';
import { declaredVersions } from './declared-versions.ts';
import { findExtensions } from './extensions.ts';
import { installCommands } from './install-commands.ts';
import { chooseInterpreter } from './interpreter.ts';
import { readNox } from './nox.ts';
import { isInstallable, type PythonProject, readProject } from './project.ts';
import { readPytestConfiguration } from './pytest-configuration.ts';
import { demandedPlugins, importedTestPackages } from './pytest-plugins.ts';
import { requireThree } from './python-two.ts';
import { requirementFiles } from './requirement-files.ts';
import { versionVariables } from './scm-version.ts';
import { findTestNeeds } from './test-needs.ts';
import { readTox, type ToxEnvironment } from './tox.ts';
import { activation } from './virtual-environment.ts';

const maximumTestFiles = 400;

const manifests = ['pyproject.toml', 'setup.py', 'setup.cfg', 'tox.ini', 'pytest.ini', '.python-version'];
const lockFiles = ['uv.lock', 'poetry.lock', 'pdm.lock', 'Pipfile.lock'];

/** Null when nothing in the repository's root says that it is a Python project. */
export async function planPython(files: RepositoryFiles, now = new Date()): Promise<EnvironmentPlan | null> {
  const paths = await files.paths();
  if (!isPython(paths)) return null;
  const project = await readProject(files);
  const versions = await declaredVersions(project);
  const interpreter = chooseInterpreter({ ...versions, committedAt: await files.committedAt() }, now);
  const tox = await readToxOrNox(project, interpreter.version);
  const testSources = await files.readAll(testFiles(paths));
  const manifestTexts = [...(await files.readAll(['setup.py', 'setup.cfg', 'pyproject.toml'])).values()];
  requireThree({
    ...{ ...versions, manifests: manifestTexts.join('\n') },
    sources: [...manifestTexts, ...testSources.values()],
  });
  const pytestConfiguration = await readPytestConfiguration(project);
  const tests = await chooseTests({ project, tox, pytestConfiguration, testSources });
  const runners = [...new Set(tests.map(({ runner }) => runner))];
  const lockFile = lockFiles.find((path) => paths.includes(path));
  const extensions = findExtensions(project);
  return {
    summary: [
      `Python ${interpreter.version}`,
      lockFile === 'uv.lock' ? 'uv with uv.lock' : 'uv',
      ...packagesOf(interpreter.packagesBefore),
      ...runners,
    ].join(', '),
    keyFiles: [...manifests, ...lockFiles, 'Pipfile', ...requirementFiles(paths)],
    packageManager: 'pip',
    setup: interpreter.setup,
    install: installCommands({
      interpreter,
      lockFile,
      extensions,
      isSynced: lockFile === 'uv.lock' && valueAt(project.pyproject, 'project') !== undefined,
      isInstallable: isInstallable(project),
      needs: await findTestNeeds(project, tox),
      version: await versionVariables(project),
      runnerPackages: runnerPackages(runners, pytestConfiguration, testSources.values()),
    }),
    build: extensions.build,
    tests,
    env: {
      ...activation,
      UV_PYTHON: interpreter.version,
      UV_PYTHON_INSTALL_DIR: '/opt/python',
      UV_PYTHON_DOWNLOADS: 'never',
    },
  };
}

function isPython(paths: readonly string[]): boolean {
  return (
    paths.some((path) => /^(setup\.py|setup\.cfg|pyproject\.toml|Pipfile)$/.test(path)) ||
    requirementFiles(paths).some((path) => !path.includes('/') || path.startsWith('requirements/'))
  );
}

async function readToxOrNox(project: PythonProject, version: string): Promise<ToxEnvironment> {
  const tox = await readTox(project, version);
  return saysNothing(tox) ? ((await readNox(project.files)) ?? tox) : tox;
}

/** What the runners need that nobody lists as a dependency. */
function runnerPackages(
  runners: readonly RunnerName[],
  pytestConfiguration: string,
  sources: Iterable<string>,
): string[] {
  return [
    ...(runners.includes('pytest') ? ['pytest', ...demandedPlugins(pytestConfiguration)] : []),
    ...(runners.includes('django') ? ['tblib'] : []), // carries failures from one process to another
    ...importedTestPackages(sources),
  ];
}

function saysNothing({ deps, extras, groups, commands }: ToxEnvironment): boolean {
  return [deps, extras, groups, commands].every((list) => list.length === 0);
}

function packagesOf(date: string | null): string[] {
  return date === null ? [] : [`packages from before ${date}`];
}

function testFiles(paths: readonly string[]): string[] {
  return paths
    .filter((path) => path.endsWith('.py') && (isTestPath(path) || /(^|\/)tests?\.py$/.test(path)))
    .slice(0, maximumTestFiles);
}
