import { type Tree, tableAt, textsAt } from '../tree.ts';
import { type Ini, linesOf } from './ini.ts';
import { poetryRequirements } from './poetry.ts';
import { isInstallable, type PythonProject } from './project.ts';
import { testRequirementFiles } from './requirement-files.ts';
import type { ToxEnvironment } from './tox.ts';

/** What is installed for the tests, beside the project itself. */
export interface TestNeeds {
  extras: string[];
  groups: string[];
  files: string[];
  requirements: string[];
}

const forTests = /^(tests?|testing|unit-?tests?|pytest|tests?[-_].*)$/i;
const forDevelopment = /^(dev|devel|develop|development|ci|all|tox)$/i;

/** Tools that no test needs, and that bring much with them. */
const forPeople =
  /^(pre-commit|poetry|tox|tox-uv|nox|twine|bump2version|commitizen|codecov|build)\b(?![-_])/i;

/** Those that are named for tests, else those for development. */
function namedForTests(names: readonly string[]): string[] {
  const found = names.filter((name) => forTests.test(name));
  return found.length > 0 ? found : names.filter((name) => forDevelopment.test(name));
}

/** Collects the tests' dependencies from wherever Python projects write them down. */
export async function findTestNeeds(project: PythonProject, tox: ToxEnvironment): Promise<TestNeeds> {
  const { files, pyproject, setupCfg, setupPy } = project;
  const paths = new Set(project.paths);
  const isInFiles = (dep: string) => /^-[rc]/.test(dep);
  const isLocked = paths.has('uv.lock');
  const toxFiles = tox.deps.flatMap((dep) =>
    /^-r /.test(dep) ? [dep.slice(3).trim().replace(/^\.\//, '')] : [],
  );
  const known = toxFiles.filter((path) => paths.has(path));
  return {
    extras: distinct([
      ...namedForTests(extraNames(pyproject, setupCfg, setupPy)),
      ...tox.extras,
      ...inHatch(pyproject, 'features'),
    ]),
    groups: distinct([
      ...namedForTests(groupNames(pyproject)),
      ...tox.groups.filter((name) => groupNames(pyproject).includes(name)),
    ]),
    files: known.length > 0 || isLocked ? known : await testRequirementFiles(files, isInstallable(project)),
    requirements: distinct([
      ...tox.deps.filter((dep) => !isInFiles(dep) && !/^(-e\s|\.|[{])/.test(dep)),
      ...setupRequirements(setupCfg, setupPy),
      ...inHatch(pyproject, 'dependencies', 'extra-dependencies'),
      ...pdmRequirements(pyproject),
      ...poetryRequirements(pyproject, namedForTests),
    ]).filter((requirement) => !forPeople.test(requirement) && !requirement.startsWith('-')),
  };
}

function distinct(items: readonly string[]): string[] {
  return [...new Set(items)];
}

function extraNames(pyproject: Tree, setupCfg: Ini, setupPy: string): string[] {
  const inSetupPy = /extras_require/.test(setupPy)
    ? [...setupPy.matchAll(/["'](\w[\w-]*)["']\s*\]?\s*[:=]\s*[\w[(]/g)].map((match) => match[1] as string)
    : [];
  return [
    ...Object.keys(tableAt(pyproject, 'project', 'optional-dependencies')),
    ...Object.keys(tableAt(pyproject, 'tool', 'poetry', 'extras')),
    ...(setupCfg.get('options.extras_require')?.keys() ?? []),
    ...inSetupPy.filter((name) => forTests.test(name) || forDevelopment.test(name)),
  ];
}

function groupNames(pyproject: Tree): string[] {
  return Object.keys(tableAt(pyproject, 'dependency-groups'));
}

/** `tests_require`, where it is a list of texts. */
function setupRequirements(setupCfg: Ini, setupPy: string): string[] {
  const list = /tests?_require\w*\s*=\s*\[([^\]]*)\]/.exec(setupPy)?.[1] ?? '';
  const inSetupPy = [...list.matchAll(/["']([A-Za-z][^"'\n]*)["']/g)].map((match) => match[1] as string);
  return [...linesOf(setupCfg.get('options')?.get('tests_require')), ...inSetupPy];
}

/** What hatch's environments that tests run in say under these keys. */
function inHatch(pyproject: Tree, ...keys: string[]): string[] {
  const environments = tableAt(pyproject, 'tool', 'hatch', 'envs');
  return ['default', 'test', 'tests', 'testing', 'dev', 'hatch-test'].flatMap((name) =>
    keys.flatMap((key) => textsAt(environments, name, key)),
  );
}

function pdmRequirements(pyproject: Tree): string[] {
  const groups = tableAt(pyproject, 'tool', 'pdm', 'dev-dependencies');
  return namedForTests(Object.keys(groups))
    .flatMap((name) => textsAt(groups, name))
    .filter((requirement) => !requirement.startsWith('-e'));
}
