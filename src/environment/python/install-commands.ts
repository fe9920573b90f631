import { printAssignments, quoteWord } from '../../text/quote-word.ts';
import { type Tree, valueAt } from '../tree.ts';
import type { Extensions } from './extensions.ts';
import type { Interpreter } from './interpreter.ts';
import { startPytest } from './pytest-starts.ts';
import type { TestNeeds } from './test-needs.ts';

export interface Installable {
  interpreter: Interpreter;
  virtualEnvironment: string;
  lockFile: string | undefined;
  isInstallable: boolean;
  pyproject: Tree;
  needs: TestNeeds;
  /** Variables that say a version which git's tags would say. */
  version: Record<string, string>;
  runnerPackages: readonly string[];
  extensions: Extensions;
}

const lockTool = 'python3 /opt/ai-fix/tools/lock-constraints.py';

/**
 * Commands that install a project and what its tests need, most important first: each stands for itself, so that one
 * that fails leaves out what it would install and nothing else.
 */
export function installCommands(installable: Installable): string[] {
  const { interpreter, virtualEnvironment, lockFile, isInstallable, needs, version, runnerPackages } =
    installable;
  const before = interpreter.packagesBefore === null ? '' : ` --exclude-newer ${interpreter.packagesBefore}`;
  const isSynced = lockFile === 'uv.lock' && valueAt(installable.pyproject, 'project') !== undefined;
  const constraints = lockFile === undefined || isSynced ? '' : ' --constraints ~/.locked.txt';
  const pip = (what: string) => `uv pip install${before}${constraints} ${what}`;
  const { extensions } = installable;
  const isolation = extensions.inPlace ? '--no-build-isolation ' : '';
  const requirements = [...needs.requirements, ...runnerPackages];
  return [
    `uv venv --seed --quiet --python ${interpreter.version}${before} ${virtualEnvironment}`,
    ...(constraints === '' ? [] : [`${lockTool} ${lockFile} > ~/.locked.txt`]),
    ...(extensions.requirements.length === 0 ? [] : [pip(extensions.requirements.map(quoteWord).join(' '))]),
    ...(isSynced ? [`${printAssignments(version)}${sync(virtualEnvironment, needs)}`] : []),
    ...(isInstallable && !isSynced
      ? [
          `${printAssignments(version)}${pip(`${backends(interpreter)}${isolation}--editable ${quoteWord(`.${extras(needs)}`)}`)}`,
        ]
      : []),
    ...(isSynced ? [] : needs.groups.map((name) => pip(`--group ${quoteWord(name)}`))),
    ...needs.files.map((path) => pip(`--requirement ${quoteWord(path)}`)),
    ...(requirements.length === 0 ? [] : [pip([...new Set(requirements)].map(quoteWord).join(' '))]),
    ...(interpreter.packagesBefore !== null && runnerPackages.includes('pytest')
      ? [startPytest(interpreter.packagesBefore)]
      : []),
  ];
}

/** Editable installation is younger than what is built on here: the build tools, alone, are taken as of this day. */
const editableSince = '2022-09-15';

function backends({ packagesBefore }: Interpreter): string {
  if (packagesBefore === null || packagesBefore >= editableSince) return '';
  return ['setuptools', 'flit-core', 'poetry-core']
    .map((name) => `--exclude-newer-package ${name}=${editableSince} `)
    .join('');
}

function sync(virtualEnvironment: string, { extras, groups }: TestNeeds): string {
  const names = [
    ...extras.map((name) => `--extra ${quoteWord(name)}`),
    ...groups.map((name) => `--group ${quoteWord(name)}`),
  ];
  return [`UV_PROJECT_ENVIRONMENT=${virtualEnvironment} uv sync --frozen --inexact`, ...names].join(' ');
}

function extras({ extras }: TestNeeds): string {
  return extras.length === 0 ? '' : `[${extras.join(',')}]`;
}
