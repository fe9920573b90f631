import type { EnvironmentPlan } from '../../core/environment.ts';
import { quoteWord } from '../../text/quote-word.ts';
import { workflowPaths } from '../ci/workflow-paths.ts';
import { installDebianPackages } from '../debian-packages.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { buildRest } from '../runners/c/ctest-script.ts';
import { readCiSettings } from './ci-settings.ts';
import { type CMakeFacts, readCMakeFiles } from './cmake-files.ts';
import { chooseSettings } from './cmake-options.ts';
import { debianLibraries } from './debian-libraries.ts';
import { librariesForSubmodules, submoduleCommands } from './submodules.ts';

/** What Debian has; a newer CMake comes from PyPI. */
const debianCMake: readonly [number, number] = [3, 25];

/** Less than one command of an installation may take. */
const buildSeconds = 1100;

/** Null when there is no CMakeLists.txt at the root, or none that has a test. */
export async function planCMake(files: RepositoryFiles): Promise<EnvironmentPlan | null> {
  const paths = await files.paths();
  if (!paths.includes('CMakeLists.txt')) return null;
  const facts = await readCMakeFiles(files);
  if (!facts.hasTests) return null;
  const ci = readCiSettings((await files.readAll([...workflowPaths(paths), '.travis.yml'])).values());
  const build = buildDirectory(paths);
  return {
    summary: 'C and C++, CMake, ctest',
    keyFiles: paths.filter((path) => /(^|\/)CMakeLists\.txt$|\.cmake$|^\.gitmodules$/.test(path)),
    packageManager: 'cmake',
    setup: cmakeSetup({ ...facts, packages: [...facts.packages, ...(await librariesForSubmodules(files))] }),
    install: [
      ...(await submoduleCommands(files)),
      // asks CMake to tell which sources are in which program
      `mkdir -p ${build}/.cmake/api/v1/query && touch ${build}/.cmake/api/v1/query/codemodel-v2`,
      configure(build, chooseSettings(facts.options, ci)),
      ...compile(build),
    ],
    build: [],
    tests: [{ runner: 'ctest', directory: '', options: [], targets: [build], env: {} }],
    env: {},
  };
}

/** With assertions, which `Release` leaves out, and of debug information only what takes little time to write. */
function configure(build: string, switches: readonly string[]): string {
  const settings = [
    ...['CMAKE_BUILD_TYPE=Debug', 'CMAKE_C_FLAGS_DEBUG=-g1', 'CMAKE_CXX_FLAGS_DEBUG=-g1'],
    ...['BUILD_TESTING=ON', 'FETCHCONTENT_UPDATES_DISCONNECTED=ON'],
    ...switches,
  ];
  return ['cmake -S . -B', build, '-G Ninja', ...settings.map((setting) => `-D${quoteWord(setting)}`)].join(
    ' ',
  );
}

/** What cannot be built is told by the test run. A build that is stopped goes on where it was, once. */
function compile(build: string): string[] {
  const [command, mark] = [`timeout ${buildSeconds} cmake --build ${build} -- -k 0`, `${build}/.unfinished`];
  return [
    `${command} || [ $? != 124 ] || touch ${mark}`,
    `[ ! -e ${mark} ] || { rm ${mark} && ${command}; } || true`,
    `cd ${build} && timeout ${buildSeconds} bash -c ${quoteWord(buildRest)} || true`,
  ];
}

function cmakeSetup({ packages, minimum: [major, minor] }: CMakeFacts): string[] {
  const isTooNew = major > debianCMake[0] || (major === debianCMake[0] && minor > debianCMake[1]);
  return [
    ...installDebianPackages(['cmake', 'ninja-build', ...debianLibraries(packages)]),
    ...(isTooNew
      ? ['pip install --no-cache-dir --root-user-action=ignore --break-system-packages cmake']
      : []),
  ];
}

/** The customary `build`, or another where the repository has files of its own in it. */
function buildDirectory(paths: readonly string[]): string {
  const isFree = (name: string) => !paths.some((path) => path === name || path.startsWith(`${name}/`));
  return ['build', 'cmake-build', '_build', 'build-for-tests'].find(isFree) ?? 'build-ai-fix';
}
