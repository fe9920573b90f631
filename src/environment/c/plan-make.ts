import type { EnvironmentPlan, TestCommand } from '../../core/environment.ts';
import { installDebianPackages } from '../debian-packages.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { debianLibraries } from './debian-libraries.ts';
import { submoduleCommands } from './submodules.ts';

/** Null when there is neither a configure script, or what makes one, nor a Makefile with tests at the root. */
export async function planMake(files: RepositoryFiles): Promise<EnvironmentPlan | null> {
  const paths = await files.paths();
  const source = ['configure.ac', 'configure.in'].find((path) => paths.includes(path));
  if (source !== undefined) return planAutotools(files, (await files.read(source)) ?? '');
  const isC = paths.some((path) => /\.(c|cc|cpp|cxx)$/.test(path));
  const plan = isC ? await planMakefile(files) : null;
  return plan === null ? null : { ...plan, summary: `C and C++, ${plan.summary}` };
}

/** The tests of a Makefile in whatever language, such as scripts: for when nothing else is known. */
export async function planAnyMake(files: RepositoryFiles): Promise<EnvironmentPlan | null> {
  const plan = await planMakefile(files);
  const usesBats = (await files.paths()).some((path) => path.endsWith('.bats'));
  return plan === null ? null : { ...plan, setup: usesBats ? installDebianPackages(['bats']) : [] };
}

async function planMakefile(files: RepositoryFiles): Promise<EnvironmentPlan | null> {
  const paths = await files.paths();
  const makefile = ['GNUmakefile', 'Makefile', 'makefile'].find((path) => paths.includes(path));
  const target = makefile === undefined ? null : testTarget((await files.read(makefile)) ?? '');
  if (makefile === undefined || target === null) return null;
  return {
    ...(await common(files, [makefile])),
    summary: `make ${target}`,
    setup: [],
    install: [...(await submoduleCommands(files)), 'make -j2 || true'],
    tests: [{ runner: 'command', directory: '', options: [`make ${target}`], targets: [], env: {} }],
  };
}

async function planAutotools(files: RepositoryFiles, configure: string): Promise<EnvironmentPlan> {
  const paths = await files.paths();
  const isAutomake = /^\s*AM_INIT_AUTOMAKE/m.test(configure);
  const target = isAutomake ? 'check' : (testTarget((await files.read('Makefile.in')) ?? '') ?? 'check');
  const test: TestCommand = isAutomake
    ? { runner: 'automake', directory: '', options: [], targets: [], env: {} }
    : { runner: 'command', directory: '', options: [`make ${target}`], targets: [], env: {} };
  const tools = [
    'autoconf',
    'automake',
    'libtool',
    'autopoint',
    'gettext',
    'bison',
    'flex',
    'texinfo',
    'groff',
  ];
  return {
    ...(await common(files, [
      'configure.ac',
      'configure.in',
      ...paths.filter((path) => /\.am$|\.m4$/.test(path)),
    ])),
    summary: `C and C++, configure, make ${target}`,
    setup: installDebianPackages([...tools, ...debianLibraries(librariesIn(configure))]),
    install: [
      ...(await submoduleCommands(files)),
      'autoreconf --install --force',
      './configure --disable-silent-rules || ./configure',
      'make -j2',
    ],
    tests: [test],
  };
}

async function common(files: RepositoryFiles, keyFiles: readonly string[]) {
  const paths = await files.paths();
  return {
    keyFiles: [...keyFiles, '.gitmodules'].filter((path) => paths.includes(path)),
    packageManager: 'cmake' as const,
    build: [],
    env: {},
  };
}

/** The target that runs the tests of a Makefile. */
function testTarget(makefile: string): string | null {
  return (
    ['check', 'test', 'tests'].find((name) => new RegExp(`^${name}\\s*:(?!=)`, 'm').test(makefile)) ?? null
  );
}

/** `PKG_CHECK_MODULES([PREFIX], [libcurl >= 7])` and `AC_CHECK_LIB([onig], ...)` */
function librariesIn(configure: string): string[] {
  const modules = [...configure.matchAll(/PKG_CHECK_MODULES\(\s*\[?\w+\]?\s*,\s*\[?([^\])]*)/g)];
  const plain = [
    ...configure.matchAll(/AC_(?:CHECK|SEARCH)_LIBS?\(\s*\[?([\w.+-]+)\]?\s*(?:,\s*\[?([\w.+-]+))?/g),
  ];
  const names = plain.flatMap((match) => [match[1], match[2]].flatMap((name) => name ?? []));
  return [...modules.flatMap((match) => (match[1] as string).match(/[A-Za-z][\w.+-]*/g) ?? []), ...names].map(
    (name) => linkNames[name] ?? name,
  );
}

/** Libraries that a linker knows by other names. */
const linkNames: Readonly<Record<string, string>> = {
  z: 'zlib',
  ssl: 'openssl',
  crypto: 'openssl',
  bz2: 'bzip2',
  lzma: 'liblzma',
};
