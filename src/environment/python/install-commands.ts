import { printAssignments, quoteWord } from '../../text/quote-word.ts';
import type { Extensions } from './extensions.ts';
import type { Interpreter } from './interpreter.ts';
import { startPytest } from './pytest-starts.ts';
import type { TestNeeds } from './test-needs.ts';
import { virtualEnvironment } from './virtual-environment.ts';

/** What is to be installed. */
export interface Installable {
  interpreter: Interpreter;
  lockFile: string | undefined;
  /** Whether uv itself installs what its lock file names. */
  isSynced: boolean;
  isInstallable: boolean;
  needs: TestNeeds;
  /** Variables that say a version which git's tags would say. */
  version: Record<string, string>;
  runnerPackages: readonly string[];
  extensions: Extensions;
}

const lockTool = 'python3 /opt/ai-fix/tools/lock-constraints.py';
const lockedVersions = '~/.locked.txt';

/**
 * Commands that install a project and what its tests need, most important first: each stands for itself, so that one
 * that fails leaves out what it would install and nothing else.
 */
export function installCommands(installable: Installable): string[] {
  const { interpreter, lockFile, isSynced, needs, runnerPackages, extensions } = installable;
  const before = interpreter.packagesBefore === null ? '' : ` --exclude-newer ${interpreter.packagesBefore}`;
  const isHeld = lockFile !== undefined && !isSynced;
  const constraints = isHeld ? ` --constraints ${lockedVersions}` : '';
  const pip: Pip = (what) => `uv pip install${before}${constraints} ${what}`;
  const requirements = [...new Set([...needs.requirements, ...runnerPackages])];
  return [
    `uv venv --seed --quiet --python ${interpreter.version}${before} ${virtualEnvironment}`,
    ...(isHeld ? [`${lockTool} ${lockFile} > ${lockedVersions}`] : []),
    ...packages(extensions.requirements, pip),
    ...itself(installable, pip),
    ...(isSynced ? [] : needs.groups.map((name) => pip(`--group ${quoteWord(name)}`))),
    ...needs.files.map((path) => pip(`--requirement ${quoteWord(path)}`)),
    ...packages(requirements, pip),
    ...(interpreter.packagesBefore !== null && runnerPackages.includes('pytest')
      ? [startPytest(interpreter.packagesBefore)]
      : []),
  ];
}

/** Prints an installation by uv, of packages as old as they are to be. */
type Pip = (what: string) => string;

function packages(names: readonly string[], pip: Pip): string[] {
  return names.length === 0 ? [] : [pip(names.map(quoteWord).join(' '))];
}

/** The project with the extras, so that a change of its files is seen at once. */
function itself(installable: Installable, pip: Pip): string[] {
  const { interpreter, isSynced, isInstallable, needs, version, extensions } = installable;
  if (isSynced) return [`${printAssignments(version)}${sync(needs)}`];
  if (!isInstallable) return [];
  const isolation = extensions.inPlace ? '--no-build-isolation ' : '';
  const editable = `${backends(interpreter)}${isolation}--editable ${quoteWord(`.${extras(needs)}`)}`;
  return [`${printAssignments(version)}${pip(editable)}`];
}

/** Editable installation is younger than what is built on here: the build tools, alone, are taken as of this day. */
const editableSince = '2022-09-15';

function backends({ packagesBefore }: Interpreter): string {
  if (packagesBefore === null || packagesBefore >= editableSince) return '';
  return ['setuptools', 'flit-core', 'poetry-core']
    .map((name) => `--exclude-newer-package ${name}=${editableSince} `)
    .join('');
}

function sync({ extras, groups }: TestNeeds): string {
  const names = [
    ...extras.map((name) => `--extra ${quoteWord(name)}`),
    ...groups.map((name) => `--group ${quoteWord(name)}`),
  ];
  return [`UV_PROJECT_ENVIRONMENT=${virtualEnvironment} uv sync --frozen --inexact`, ...names].join(' ');
}

function extras({ extras }: TestNeeds): string {
  return extras.length === 0 ? '' : `[${extras.join(',')}]`;
}
