import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { planC } from '../../../src/environment/c/plan-c.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const plan = (files: Record<string, string>) => planC(repositoryFiles(files));
const cmake = (more: string, files: Record<string, string> = {}) =>
  plan({ 'CMakeLists.txt': `${more}\nadd_test(NAME a COMMAND a)`, ...files });
const configureOf = (found: Awaited<ReturnType<typeof plan>>) =>
  found?.install.find((command) => command.startsWith('cmake -S')) ?? '';

describe('a plan for CMake', () => {
  it('is none where no CMake file has a test', async () => {
    expect(await plan({ 'CMakeLists.txt': 'project(a)\n# add_test(NAME a)' })).toBeNull();
  });

  it('finds tests that are registered below the root', async () => {
    const found = await plan({ 'CMakeLists.txt': '', 'tests/CMakeLists.txt': 'gtest_discover_tests(a)' });
    expect(found?.tests[0]).toMatchObject({ runner: 'ctest', targets: ['build'] });
  });

  it.each<Record<string, string>>([
    { 'CMakeLists.txt': '', 'test/CMakeLists.txt': 'add_executable(a a.cpp)' },
    { 'CMakeLists.txt': 'add_executable(shop_tests a.cpp)' },
  ])('is for programs of tests that nothing registers, too: %j', async (files) => {
    expect((await plan(files))?.tests[0]?.runner).toBe('ctest');
  });

  it('is none for other programs', async () => {
    expect(await plan({ 'CMakeLists.txt': 'add_executable(shop a.cpp)' })).toBeNull();
  });

  it('builds with assertions', async () => {
    expect(configureOf(await cmake(''))).toContain('-DCMAKE_BUILD_TYPE=Debug');
  });

  it.each([
    ['option(SHOP_BUILD_TESTS "Builds tests" OFF)', 'SHOP_BUILD_TESTS'],
    ['option(BUILD_TESTS "Builds (all) tests")', 'BUILD_TESTS'],
    ['option(shop_TEST "a" ${SHOP_MAIN})', 'shop_TEST'],
    ['option(EnableUnitTests "a" off)', 'EnableUnitTests'],
    ['cmake_dependent_option(SHOP_TESTING "a" OFF "A;B" OFF)', 'SHOP_TESTING'],
  ])('switches on %s', async (text, name) => {
    expect(configureOf(await cmake(text))).toContain(`-D${name}=ON`);
  });

  it.each([
    'option(SHOP_BUILD_TESTS "Builds tests" ON)',
    'option(SHOP_CUDA_TEST "a" OFF)',
    'option(SHOP_USE_SYSTEM_GTEST "a" OFF)',
    'option(SHOP_NO_TESTS "a" OFF)',
    'option(SHOP_LATEST "a" OFF)',
    '# option(SHOP_TESTS "a" OFF)',
  ])('leaves %s alone', async (text) => {
    expect(configureOf(await cmake(text))).not.toMatch(/SHOP/);
  });

  it.each([
    ['option(SHOP_EXAMPLES "a" ON)', 'SHOP_EXAMPLES'],
    ['option(SHOP_BUILD_DOCS "a" ${SHOP_MAIN})', 'SHOP_BUILD_DOCS'],
    ['cmake_dependent_option(ShopBenchmarks "a" ON "A" OFF)', 'ShopBenchmarks'],
    ['set(SHOP_FUZZING ON CACHE BOOL "a")', 'SHOP_FUZZING'],
  ])('switches off %s', async (text, name) => {
    expect(configureOf(await cmake(text))).toContain(`-D${name}=OFF`);
  });

  it.each<[string, string, Record<string, string>]>([
    ['what is off', 'option(SHOP_EXAMPLES "a" OFF)', {}],
    ['what says no already', 'option(SHOP_NO_DOCS "a" ON)', {}],
    [
      'examples that the tests ask for',
      'option(SHOP_EXAMPLES "a" ON)',
      { 'tests/CMakeLists.txt': 'if(SHOP_EXAMPLES)\nendif()' },
    ],
  ])('does not switch off %s', async (_what, text, files) => {
    expect(configureOf(await cmake(text, files))).not.toMatch(/SHOP/);
  });

  it('goes on once with a build that took too long, and with no other', async () => {
    const [first = '', second = ''] = (await cmake(''))?.install.slice(-3) ?? [];
    const told = async (code: number) => {
      const directory = await mkdtemp(join(tmpdir(), 'ai-fix-build-'));
      try {
        await mkdir(join(directory, 'build'));
        const timeout = `timeout() { echo built; return ${code}; }`;
        const options = { shell: '/bin/bash', cwd: directory };
        const runs = [
          await execa(`${timeout}; ${first}`, options),
          await execa(`${timeout}; ${second}`, options),
        ];
        return runs.map(({ stdout }) => stdout);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    };
    expect([await told(0), await told(1), await told(124)]).toEqual([
      ['built', ''],
      ['built', ''],
      ['built', 'built'],
    ]);
  });

  it('builds with it what only a target of its own would build for the tests', async () => {
    expect((await cmake(''))?.install.at(-1)).toMatch(/^cd build && timeout \d+ .*--build \. --target/s);
  });

  it("installs Debian's packages for what it looks for, not for what others' files do", async () => {
    const found = await cmake('find_package(OpenSSL REQUIRED)\npkg_check_modules(CURL REQUIRED libcurl>=7)', {
      'third_party/x/CMakeLists.txt': 'find_package(Boost)',
      'tests/CMakeLists.txt': 'FetchContent_Declare(\n  googletest\n  URL x)',
    });
    const packages = found?.setup.at(-1)?.split(' ');
    expect(packages).toEqual(expect.arrayContaining(['libssl-dev', 'libcurl4-openssl-dev', 'googletest']));
    expect(packages?.join()).not.toContain('boost');
  });

  it('does not install what the repository itself makes', async () => {
    const found = await cmake('project(tinyxml2 CXX)\nfind_package(TINYXML2)\nfind_package(ZLIB)');
    expect(found?.setup.at(-1)).toContain('zlib1g-dev');
    expect(found?.setup.at(-1)).not.toContain('tinyxml2');
  });

  it.each([
    ['VERSION 3.5...4.1', false],
    ['VERSION 3.25', false],
    ['VERSION 3.26.1', true],
    ['VERSION 4.0', true],
  ])("takes a newer CMake than Debian's for %s: %s", async (version, isNewer) => {
    const found = await cmake(`cmake_minimum_required(${version})`);
    expect(found?.setup.some((command) => command.startsWith('pip install'))).toBe(isNewer);
  });

  it('builds beside what the repository has in its own `build`', async () => {
    const found = await cmake('', { 'build/script.sh': '' });
    expect(found?.tests[0]?.targets).toEqual(['cmake-build']);
  });

  it("fetches submodules, and has Debian's GoogleTest in the place of one that cannot be fetched", async () => {
    const modules = `[submodule "a"]
	path = deps/a b
	url = ../a.git
[submodule "googletest"]
	path = deps/googletest
	url = example/googletest.git`;
    const found = await cmake('', { '.gitmodules': modules });
    const [first, second] = found?.install ?? [];
    expect(found?.setup.at(-1)).toContain(' googletest ');
    expect(first).toContain("'deps/a b' || true");
    expect(second).toMatch(
      /deps\/googletest \|\| cp -r \/usr\/src\/googletest\/\. deps\/googletest\/ \|\| true/,
    );
  });
});

describe("what CI's configurations set", () => {
  const options = ['UTILS', 'SANITIZERS', 'LOCALES', 'TESTS_TWICE'].map((name) => `option(${name} "a" OFF)`);
  const settings = async (steps: string[], machine = 'ubuntu-latest') => {
    const runs = steps.map((run) => `      - run: |\n${run.replace(/^/gm, '          ')}\n`).join('');
    const workflow = `jobs:\n  a:\n    runs-on: ${machine}\n    steps:\n${runs}`;
    const found = await cmake(options.join('\n'), { '.github/workflows/ci.yml': workflow });
    return configureOf(found).match(/-D(UTILS|SANITIZERS|LOCALES|TESTS_TWICE)=\w+/g) ?? [];
  };
  const twice = '-DTESTS_TWICE=ON';

  it.each<[string, string[], string[]]>([
    ['is set', ['cmake -S . -B build \\\n  -DUTILS=ON'], ['-DUTILS=ON', twice]],
    ['is set in all forms', ['cmake -D UTILS:BOOL="TRUE" ..'], ['-DUTILS=ON', twice]],
    ['is not, where it is a check', ['cmake .. -DSANITIZERS=ON'], [twice]],
    [
      'is not, where others do without',
      ['cmake .. -DUTILS=ON', 'cmake ..', 'cmake -B b -DLOCALES=ON'],
      [twice],
    ],
    ['is not, where it differs', ['O="-DUTILS=ON"\nP="-DUTILS=OFF"\ncmake .. $O'], [twice]],
    ['is not, where an expression sets it', ['cmake .. -DUTILS=${{ matrix.utils }}'], [twice]],
    [
      'is set beside other commands',
      ['cmake .. -DUTILS=1', 'cmake --build .', 'apt install cmake ninja-build'],
      ['-DUTILS=ON', twice],
    ],
    ['keeps tests off', ['cmake .. -DTESTS_TWICE=OFF'], []],
  ])('%s', async (_what, steps, found) => expect(await settings(steps)).toEqual(found));

  it('is nothing on other machines', async () => {
    expect(await settings(['cmake .. -DUTILS=ON'], 'windows-latest')).toEqual([twice]);
  });
});

describe('a plan for make', () => {
  it('makes the configure script anew, and knows the tests of Automake', async () => {
    const found = await plan({
      'configure.ac': 'AC_INIT\nAM_INIT_AUTOMAKE([foreign])\nAC_CHECK_LIB([onig],[onig_version])',
      'Makefile.am': '',
    });
    expect(found?.install).toContain('autoreconf --install --force');
    expect(found?.setup.at(-1)).toContain('libonig-dev');
    expect(found?.tests).toMatchObject([{ runner: 'automake' }]);
  });

  it.each([
    ['test:\n\t./run', 'make test'],
    ['all: a\ncheck: all\n\t./run\ntest:', 'make check'],
  ])('runs the tests of a plain Makefile: %j', async (text, command) => {
    const found = await plan({ Makefile: text, 'a.c': '' });
    expect(found?.tests).toMatchObject([{ runner: 'command', options: [command] }]);
  });

  it.each<Record<string, string>>([
    { Makefile: 'all:', 'a.c': '' },
    { Makefile: 'test := 1', 'a.c': '' },
    { Makefile: 'test:', 'a.py': '' },
    { 'a.c': '' },
  ])('is none for %j', async (files) => {
    expect(await plan(files)).toBeNull();
  });
});
