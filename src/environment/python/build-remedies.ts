import { quoteWord } from '../../text/quote-word.ts';
import { installDebianPackages } from '../debian-packages.ts';
import type { Failure, Remedy } from '../prepare/remedy.ts';
import { debianPackagesFor } from './debian-headers.ts';
import { withOption } from './uv-command.ts';

/** Installs the libraries of the system that a compiler does not find. */
export function missingHeaders({ command, said, setup }: Failure): Remedy | null {
  const installed = setup.join(' ').split(/\s+/);
  const packages = debianPackagesFor(said).filter((name) => !installed.includes(name));
  if (packages.length === 0) return null;
  const note = `the build of an extension needs ${packages.join(', ')}: installing that first`;
  return { command, setup: installDebianPackages(packages), note };
}

/** What old build scripts use was taken out of setuptools in these versions. */
export function olderSetuptools({ command, said }: Failure): Remedy | null {
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
export function developedInPlace({ command, said }: Failure): Remedy | null {
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

/** Builds where what the build script imports is installed. */
export function withoutIsolation({ command, said }: Failure): Remedy | null {
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

/** A project that cannot be installed may still be tested from where it is. */
export function dependenciesAlone({ command, said }: Failure): Remedy | null {
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
