import { quoteWord } from '../../text/quote-word.ts';
import { installDebianPackages } from '../debian-packages.ts';
import type { Remedy } from '../prepare/remedy.ts';
import { debianPackagesFor } from './debian-headers.ts';
import { failedPackage, whyNot } from './failed-package.ts';
import { newerPytest } from './pytest-starts.ts';

const leftOutFile = '~/.left-out.txt';

/** `setup` is what the system was set up with before. */
type Cure = (command: string, said: string, setup: readonly string[]) => Remedy | null;

/** Known reasons for a failed installation by uv, most specific first, with what people do about them by hand. */
const cures: readonly Cure[] = [
  missingHeaders,
  olderSetuptools,
  developedInPlace,
  withoutIsolation,
  dependenciesAlone,
  withoutDates,
  newerThanItsTime,
  withoutLock,
  leaveOut,
  withoutSync,
  goOnWithout,
];

/** What to try after a failed command of uv's, or when pytest does not start; null when nothing is known. */
export function findPythonRemedy(command: string, said: string, setup: readonly string[]): Remedy | null {
  const newer = newerPytest(command, said);
  if (newer !== null) return newer;
  const unread = withoutBrokenLock(command);
  if (unread !== null) return unread;
  if (!/\buv (pip install|sync)\b/.test(command)) return null;
  for (const cure of cures) {
    const remedy = cure(command, said, setup);
    if (remedy !== null) return remedy;
  }
  return null;
}

/** What reads the versions of a lock file fails for nothing else. */
function withoutBrokenLock(command: string): Remedy | null {
  const [, lock, constraints] = /lock-constraints\.py (\S+) > (\S+)$/.exec(command) ?? [];
  if (lock === undefined) return null;
  return { command: `: > ${constraints}`, note: `${lock} is broken: installing without holding to it` };
}

function withOption(command: string, option: string): string | null {
  return command.includes(option)
    ? null
    : command.replace(/\buv (pip install|sync)\b/, (call) => `${call} ${option}`);
}

function missingHeaders(command: string, said: string, setup: readonly string[]): Remedy | null {
  const installed = setup.join(' ').split(/\s+/);
  const packages = debianPackagesFor(said).filter((name) => !installed.includes(name));
  if (packages.length === 0) return null;
  const note = `the build of an extension needs ${packages.join(', ')}: installing that first`;
  return { command, setup: installDebianPackages(packages), note };
}

/** What old build scripts use was taken out of setuptools in these versions. */
function olderSetuptools(command: string, said: string): Remedy | null {
  const limits: readonly [RegExp, string][] = [
    [/use_2to3 is invalid|cannot import name 'Feature' from 'setuptools'/, '58'],
    [/No module named 'pkg_resources'|has no attribute 'pkg_resources'/, '81'],
    [/No module named 'setuptools\.command\.test'|cannot import name 'test' from 'setuptools/, '72'],
    [/invalid command 'bdist_wheel'.*setuptools|dash-separated|Invalid version|InvalidVersion/, '66'],
  ];
  for (const [pattern, limit] of limits) {
    const option = `--build-constraints ~/.setuptools-${limit}.txt`;
    const next = pattern.test(said) ? withOption(command, option) : null;
    if (next === null) continue;
    return {
      command: `echo 'setuptools<${limit}' > ~/.setuptools-${limit}.txt; ${next}`,
      note: `the build script is for an older setuptools: building with setuptools<${limit}`,
    };
  }
  return null;
}

/** A build tool from before editable installation was a standard. */
function developedInPlace(command: string, said: string): Remedy | null {
  const editable = /--editable (\S+)/.exec(command);
  if (editable === null || !/has no attribute '?\.?build_editable/.test(said)) return null;
  const copy = command.replace(editable[0], editable[1] as string);
  const withoutCopy = 'uv pip uninstall "$(python setup.py --quiet --name)"'; // it would be found first
  return {
    command: `${copy} && ${withoutCopy} && python setup.py --quiet develop --no-deps`,
    note: 'the build tool is too old to install what can be edited: using `setup.py develop`',
  };
}

/** Modules that build scripts import without saying so in pyproject.toml. */
const buildModules: Readonly<Record<string, string>> = {
  numpy: 'numpy',
  Cython: 'Cython',
  cython: 'Cython',
  six: 'six',
  cffi: 'cffi',
  pybind11: 'pybind11',
  packaging: 'packaging',
  setuptools_scm: 'setuptools-scm',
  setuptools_rust: 'setuptools-rust',
  pbr: 'pbr',
  wheel: 'wheel',
  distutils: 'setuptools',
  extension_helpers: 'extension-helpers',
  pkgconfig: 'pkgconfig',
  toml: 'toml',
  docutils: 'docutils',
  pip: 'pip',
};

function withoutIsolation(command: string, said: string): Remedy | null {
  const module = /ModuleNotFoundError: No module named '([\w]+)/.exec(said)?.[1] ?? '';
  const name = Object.hasOwn(buildModules, module) ? buildModules[module] : undefined;
  if (name === undefined || !command.includes('--editable')) return null;
  const next = withOption(command, '--no-build-isolation') ?? command;
  const date = /--exclude-newer \S+/.exec(command)?.[0] ?? '';
  const before = `uv pip install ${date} ${name} 'setuptools<81' wheel && `.replace('  ', ' ');
  if (command.includes(before)) return null;
  return {
    command: `${before}${next}`,
    note: `the build script imports ${module} without asking for it: installing it first`,
  };
}

function dependenciesAlone(command: string, said: string): Remedy | null {
  if (!/Multiple top-level (packages|modules) discovered|Unable to determine which files to ship/.test(said))
    return null;
  const extras = /--editable '?\.(?:\[([^\]]*)\])?'?/.exec(command);
  if (extras === null) return null;
  const options = (extras[1] ?? '')
    .split(',')
    .filter((name) => name !== '')
    .map((name) => ` --extra ${quoteWord(name)}`);
  return {
    command: command.replace(extras[0], `--requirement pyproject.toml${options.join('')}`),
    note: 'the project is no package that can be installed: installing its dependencies alone',
  };
}

/** A registry that does not tell when a version was published. */
function withoutDates(command: string, said: string): Remedy | null {
  if (!/missing an upload (date|time)/i.test(said) || !command.includes('--exclude-newer ')) return null;
  return {
    command: command.replace(/ --exclude-newer \S+/g, ''),
    note: 'the registry does not tell when packages were published: installing the newest',
  };
}

/** A version of the commit's time that does not install on the Python that there is. */
function newerThanItsTime(command: string, said: string): Remedy | null {
  const failed = failedPackage(said);
  const filtered = /`([\w.-]+)` was filtered by `exclude-newer`/.exec(said)?.[1];
  const name = filtered ?? (failed?.isElsewhere === false ? failed.name : undefined);
  if (name === undefined || !command.includes('--exclude-newer ')) return null;
  const next = withOption(command, `--exclude-newer-package ${name}=2100-01-01`);
  return next === null
    ? null
    : { command: next, note: `${name} of that time cannot be installed: taking a newer one` };
}

function withoutLock(command: string, said: string): Remedy | null {
  if (
    !command.includes(' --constraints ') ||
    !/No solution found|Failed to (download and )?build `\S+==/.test(said)
  )
    return null;
  return {
    command: command.replace(/ --constraints \S+/, ''),
    note: 'what the lock file names cannot be installed: installing without holding to it',
  };
}

function leaveOut(command: string, said: string): Remedy | null {
  const failed = failedPackage(said);
  if (failed === null) return null;
  const { name } = failed;
  const why = whyNot(said);
  const remedy = { note: `${name} cannot be installed (${why}): left out`, leftOut: { name, why } };
  if (/\buv sync\b/.test(command)) {
    const next = withOption(command, `--no-install-package ${name}`);
    return next === null ? null : { ...remedy, command: next };
  }
  const addition = `echo ${quoteWord(name)} >> ${leftOutFile}; `;
  if (command.includes(addition)) return null;
  const next = withOption(command, `--excludes ${leftOutFile}`) ?? command;
  return { ...remedy, command: `${addition}${next}` };
}

function withoutSync(command: string): Remedy | null {
  const call = /\b(?:UV_PROJECT_ENVIRONMENT=\S+ )?uv sync (.*)$/.exec(command);
  if (call === null) return null;
  const names = (option: string) =>
    [...(call[1] ?? '').matchAll(new RegExp(`--${option} (\\S+)`, 'g'))].map((match) => match[1] as string);
  const extras = names('extra');
  const editable = quoteWord(`.${extras.length === 0 ? '' : `[${extras.join(',')}]`}`);
  const groups = names('group').map((name) => ` --group ${name}`);
  return {
    command: command.replace(call[0], `uv pip install --editable ${editable}${groups.join('')}`),
    note: 'what uv.lock names cannot be installed: installing without holding to it',
  };
}

/** The project itself must install; what is there for its tests may be missed by some of them only. */
function goOnWithout(command: string, said: string): Remedy | null {
  if (command.includes('--editable')) return null;
  const what =
    /(--requirement|--group) (\S+)/.exec(command)?.[2] ??
    command.replace(/^.*uv pip install (--\S+ \S+ )*/, '');
  const why =
    said
      .trimEnd()
      .split('\n')
      .findLast((line) => /error|cause/i.test(line))
      ?.trim() ?? 'it fails';
  return {
    command: 'true',
    note: `${what} cannot be installed and is left out: ${why}`,
    leftOut: { name: what, why },
  };
}
