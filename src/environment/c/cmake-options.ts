import { splitWords } from '../../text/split-words.ts';
import { isTestPath } from '../../text/test-paths.ts';

/** A switch of a CMake build. */
export interface CMakeOption {
  name: string;
  /** Its default, where that is written out. */
  isOn: boolean | null;
  /** Whether the tests' own CMake files ask for it. */
  isAskedByTests: boolean;
}

/** `option(NAME "..." OFF)`, `cmake_dependent_option(...)` and `set(NAME ON CACHE BOOL "...")`, by file. */
export function readOptions(texts: ReadonlyMap<string, string>): CMakeOption[] {
  const ofTests = [...texts].flatMap(([path, text]) => (isTestPath(path) ? [text] : [])).join('\n');
  const found = [...texts.values()].flatMap(optionsIn);
  return [...new Map(found.map((option) => [option.name, option])).values()].map((option) => ({
    ...option,
    isAskedByTests: new RegExp(`\\b${option.name}\\b`).test(ofTests.replace(declaration, '')),
  }));
}

const declaration =
  /\b(?:cmake_dependent_)?option\s*\(\s*(\w+)\s+"(?:\\.|[^"\\])*"\s*([^)\s]*)|\bset\s*\(\s*(\w+)\s+(\S+)\s+CACHE\s+BOOL\b/gi;

function optionsIn(text: string): Omit<CMakeOption, 'isAskedByTests'>[] {
  return [...text.matchAll(declaration)].map(([, name, byDefault, cached, value]) => ({
    name: name ?? cached ?? '',
    isOn: /^"*$/.test(byDefault ?? value ?? '') ? false : truth(byDefault ?? value ?? ''),
  }));
}

/** Whether CMake takes this word for true; null for one that it must work out. */
export function truth(word: string): boolean | null {
  if (/^"?(ON|TRUE|1|YES|Y)"?$/i.test(word)) return true;
  return /^"?(OFF|FALSE|0|NO|N)"?$/i.test(word) ? false : null;
}

/**
 * How the switches are to stand for the tests, as `NAME=ON`: tests on, what is built beside them off, anything else as
 * most of CI's configurations have it.
 */
export function chooseSettings(options: readonly CMakeOption[], ci: ReadonlyMap<string, boolean>): string[] {
  return options.flatMap((option) => {
    const wanted = wantedValue(option, ci.get(option.name));
    return wanted === null || wanted === option.isOn ? [] : [`${option.name}=${wanted ? 'ON' : 'OFF'}`];
  });
}

function wantedValue({ name, isAskedByTests }: CMakeOption, ofCi: boolean | undefined): boolean | null {
  if (name === 'BUILD_TESTING') return null; // is set anyway
  const words = wordsOf(name);
  const has = (group: ReadonlySet<string>) => words.some((word) => group.has(word));
  if (words.some((word) => /^(UNIT)?TEST(S|ING)?$/.test(word)))
    return has(special) || ofCi === false ? null : true;
  if (has(beside)) return isAskedByTests || has(negations) ? null : false;
  return ofCi === undefined || has(otherBuilds) ? null : ofCi;
}

/** `BuildUnitTests` and `BUILD_UNIT_TESTS` are the same words. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .split('_');
}

const beside = new Set(
  splitWords(`
    EXAMPLE EXAMPLES SAMPLE SAMPLES DEMO DEMOS TUTORIAL TUTORIALS DOC DOCS DOCUMENTATION DOXYGEN MAN MANPAGES
    BENCH BENCHMARK BENCHMARKS FUZZ FUZZER FUZZERS FUZZING
  `),
);

const negations = new Set(['NO', 'DISABLE', 'SKIP', 'WITHOUT', 'EXCLUDE']);

/** Words of switches that make another build than one for tests: other compilers, checks, libraries and ways to link. */
const otherBuilds = new Set(
  splitWords(`
    SANITIZE SANITIZER SANITIZERS ASAN UBSAN TSAN MSAN VALGRIND COVERAGE GCOV TIDY CPPCHECK LINT WERROR ERROR
    ERRORS WARNING WARNINGS PEDANTIC STRICT INSTALL PACKAGE SHARED STATIC LTO IPO NATIVE RELEASE CCACHE CLANG
    LIBCXX CUDA HIP SYCL OPENCL MPI WIN32 WINDOWS MSVC ANDROID IOS MACOS WASM MODULE MODULES PYTHON JAVA RUBY
    LUA QT GUI AVX AVX2 AVX512 NEON
  `),
);

/** Words of options for tests that need more than a compiler, or that say how rather than whether. */
const special = new Set(
  splitWords(`
    CUDA FUZZ FUZZING FUZZER BENCH BENCHMARK BENCHMARKS PERF PERFORMANCE VALGRIND COVERAGE SYSTEM EXTERNAL
    DOWNLOAD INSTALL NETWORK ONLINE INTEGRATION STRESS SINGLE MODULE MODULES WIN32 WINDOWS MSVC ANDROID IOS NO
    DISABLE SKIP WITHOUT EXCLUDE PYTHON JAVA QT GPU OPENCL MPI SANITIZER SANITIZE SLOW LONG HEAVY MEMCHECK
    STATIC ONLY GOOGLE USE FORMAT LINT TIDY
  `),
);
