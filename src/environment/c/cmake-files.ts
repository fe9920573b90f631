import type { RepositoryFiles } from '../repository-files.ts';

/** What a repository's CMake files say that matters for building its tests. */
export interface CMakeFacts {
  /** Whether any of them registers a test. */
  hasTests: boolean;
  /** Packages of others that are looked for or fetched, by the names that CMake has for them. */
  packages: string[];
  /** Options that are off and whose names say that they add tests. */
  testOptions: string[];
  /** The CMake version that the root asks for at least, as major and minor. */
  minimum: [number, number];
}

/** Directories whose CMake files are somebody else's, or build something beside the tests. */
const foreign =
  /(^|\/)(third[-_]?party|extern(al)?|vendor(ed)?|deps|subprojects|submodules|googletest[^/]*|gtest[^/]*|catch2?|examples?|samples|docs?|bench(mark)?s?|fuzz(ing)?|contrib)\//i;

const maximumFiles = 300;

/** Reads what the CMake files of a repository say, without those of others in it. */
export async function readCMakeFiles(files: RepositoryFiles): Promise<CMakeFacts> {
  const paths = (await files.paths()).filter((path) => /(^|\/)CMakeLists\.txt$|\.cmake$/.test(path));
  const own = paths.filter((path) => !foreign.test(path)).slice(0, maximumFiles);
  const texts = await files.readAll(own);
  const all = [...texts.values()].map(withoutComments).join('\n');
  const isOwn = isNamed(projectsIn(all));
  return {
    hasTests: /\b(add_test|gtest_discover_tests|catch_discover_tests|doctest_discover_tests)\s*\(/i.test(all),
    packages: [...new Set([...packagesIn(all), ...modulesIn(all)])].filter((name) => !isOwn(name)),
    testOptions: [...new Set(testOptionsIn(all))],
    minimum: minimumIn(texts.get('CMakeLists.txt') ?? ''),
  };
}

function withoutComments(text: string): string {
  return text.replace(/(^|\s)#[^\n]*/g, '$1');
}

function packagesIn(text: string): string[] {
  const calls = text.matchAll(
    /\b(?:find_package|find_dependency|FetchContent_Declare|ExternalProject_Add)\s*\(\s*"?([\w.+-]+)/gi,
  );
  return [...calls].map((match) => match[1] as string);
}

/** The repository's own names: tests of how it is found must not find another's build of it. */
function projectsIn(text: string): string[] {
  return [...text.matchAll(/\bproject\s*\(\s*"?([\w.+-]+)/gi)].map((match) => match[1] as string);
}

function isNamed(names: readonly string[]): (name: string) => boolean {
  const plain = (name: string) => name.toLowerCase().replace(/[-_]|^lib/g, '');
  const own = new Set(names.map(plain));
  return (name) => own.has(plain(name));
}

/** `pkg_check_modules(PREFIX REQUIRED libcurl>=7 zlib)` */
function modulesIn(text: string): string[] {
  const calls = text.matchAll(/\bpkg_(?:check_modules|search_module)\s*\(\s*\w+([^)]*)\)/gi);
  return [...calls].flatMap((match) => (match[1] as string).match(/[A-Za-z][\w.+-]*/g) ?? []);
}

/** `option(NAME_TESTS "..." OFF)`, also where the default is a variable; CMake's own `BUILD_TESTING` is set anyway. */
function testOptionsIn(text: string): string[] {
  const calls = text.matchAll(/\b(?:cmake_dependent_)?option\s*\(\s*(\w+)\s+"(?:\\.|[^"\\])*"\s*([^)\s]*)/gi);
  return [...calls]
    .filter((match) => !/^"?(ON|TRUE|1|YES)"?$/i.test(match[2] ?? ''))
    .map((match) => match[1] as string)
    .filter((name) => isTestOption(name) && name !== 'BUILD_TESTING');
}

function isTestOption(name: string): boolean {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .split('_');
  const isOfTests = words.some((word) => /^(UNIT)?TEST(S|ING)?$/.test(word));
  return isOfTests && !words.some((word) => special.has(word));
}

/** Words of options for tests that need more than a compiler, or that say how rather than whether. */
const special = new Set([
  ...[
    'CUDA',
    'FUZZ',
    'FUZZING',
    'FUZZER',
    'BENCH',
    'BENCHMARK',
    'BENCHMARKS',
    'PERF',
    'PERFORMANCE',
    'VALGRIND',
  ],
  ...['COVERAGE', 'SYSTEM', 'EXTERNAL', 'DOWNLOAD', 'INSTALL', 'NETWORK', 'ONLINE', 'INTEGRATION', 'STRESS'],
  ...['SINGLE', 'MODULE', 'MODULES', 'WIN32', 'WINDOWS', 'MSVC', 'ANDROID', 'IOS', 'NO', 'DISABLE', 'SKIP'],
  ...['WITHOUT', 'EXCLUDE', 'PYTHON', 'JAVA', 'QT', 'GPU', 'OPENCL', 'MPI', 'SANITIZER', 'SANITIZE', 'SLOW'],
  ...['LONG', 'HEAVY', 'MEMCHECK', 'STATIC', 'ONLY', 'GOOGLE', 'USE', 'FORMAT', 'LINT', 'TIDY'],
]);

function minimumIn(text: string): [number, number] {
  const match = /cmake_minimum_required\s*\(\s*VERSION\s+(\d+)\.(\d+)/i.exec(text);
  return match === null ? [0, 0] : [Number(match[1]), Number(match[2])];
}
