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
    const [first, second] = (await cmake('', { '.gitmodules': modules }))?.install ?? [];
    expect(first).toContain("'deps/a b' || true");
    expect(second).toMatch(
      /deps\/googletest \|\| cp -r \/usr\/src\/googletest\/\. deps\/googletest\/ \|\| true/,
    );
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
