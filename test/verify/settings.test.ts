import { describe, expect, it } from 'vitest';
import { findDependencyChanges, findSettingsChanges } from '../../src/verify/settings.ts';

const files = (path: string, before: string | null, after: string | null) =>
  new Map([[path, { before, after }]]);
const whatOf = (path: string, before: string, after: string) =>
  findSettingsChanges(files(path, before, after)).map(({ what }) => what);

const pom = (inner: string) => `<project><version>1</version>${inner}</project>`;
const surefire = (more: string) =>
  pom(
    `<build><plugins><plugin><artifactId>maven-surefire-plugin</artifactId>${more}</plugin></plugins></build>`,
  );
const dependency = (version: string) =>
  pom(
    `<dependencies><dependency><artifactId>a</artifactId><version>${version}</version></dependency></dependencies>`,
  );

describe('findSettingsChanges', () => {
  it.each([
    ['pytest.ini', 'changes the settings of the test runner'],
    ['tox.ini', 'changes the settings of the test runner'],
    ['.config/nextest.toml', 'changes the settings of the test runner'],
    ['CTestCustom.cmake', 'changes the settings of the test runner'],
    ['.coveragerc', 'changes the settings of coverage'],
    ['.golangci.yml', 'changes the settings of a linter'],
    ['clippy.toml', 'changes the settings of a linter'],
    ['config/checkstyle.xml', 'changes the settings of a linter'],
    ['.clang-tidy', 'changes the settings of a linter'],
  ])('names %s', (path, what) => {
    expect(findSettingsChanges(files(path, 'a', 'b'))).toEqual([{ path, what }]);
  });

  it.each([
    [
      'pyproject.toml',
      '[tool.pytest.ini_options]\nxfail_strict = true',
      '',
      'changes `tool.pytest.ini_options`',
    ],
    ['setup.cfg', '[tool:pytest]\naddopts = -W error', '[tool:pytest]\n', 'changes `tool:pytest`'],
    ['Cargo.toml', '[lib]\nname = "a"', '[lib]\nname = "a"\ntest = false', 'changes `lib.test`'],
    ['Cargo.toml', '[lints.rust]\nunsafe_code = "deny"', '', 'changes `lints`'],
    ['pom.xml', surefire(''), surefire('<skip>true</skip>'), 'changes `plugin maven-surefire-plugin`'],
    [
      'pom.xml',
      pom(''),
      pom('<properties><skipTests>true</skipTests></properties>'),
      'changes `property skipTests`',
    ],
    ['CMakeLists.txt', 'add_test(NAME sums COMMAND sums)', '', 'takes tests out of the build: sums'],
    ['Makefile.am', 'TESTS = one \\\n  two', 'TESTS = one', 'takes tests out of the build: two'],
    [
      'CMakeLists.txt',
      '',
      'set_tests_properties(sums PROPERTIES DISABLED TRUE)',
      expect.stringContaining('skipped or fail'),
    ],
  ])('names a part of %s', (path, before, after, what) => {
    expect(whatOf(path, before, after)).toEqual([what]);
  });

  it.each([
    [
      'CMakeLists.txt',
      'add_test(NAME a COMMAND a)',
      'add_test(NAME a COMMAND a)\nadd_test(NAME b COMMAND b)',
    ],
    ['Makefile.am', 'TESTS = one', 'TESTS = one \\\n  two'],
    ['Cargo.toml', '[package]\nversion = "1.0.0"', '[package]\nversion = "1.0.1"\n[[test]]\nname = "sums"'],
    ['pom.xml', pom(''), pom('<description>Sums</description>')],
    ['go.mod', 'module a\n\ngo 1.21', 'module a\n\ngo 1.22'],
  ])('is not bothered by what makes no test weaker in %s', (path, before, after) => {
    expect(whatOf(path, before, after)).toEqual([]);
    expect(findDependencyChanges(files(path, before, after))).toEqual([]);
  });
});

describe('findDependencyChanges', () => {
  it.each([
    ['go.mod', 'module a\nrequire b v1.0.0', 'module a\nrequire b v1.1.0'],
    ['go.mod', 'require (\n\tb v1.0.0\n)', 'require (\n\tb v1.0.0\n\tc v1.0.0 // indirect\n)'],
    ['go.sum', '', 'b v1.0.0 h1:x'],
    ['Cargo.toml', '[dependencies]\na = "1"', '[dependencies]\na = "2"'],
    ['Cargo.toml', '', '[dev-dependencies]\na = "2"'],
    ['Cargo.toml', '', "[target.'cfg(unix)'.dependencies]\na = '1'"],
    ['crates/a/Cargo.toml', '[workspace.dependencies]\na = "1"', ''],
    ['Cargo.lock', 'a', 'b'],
    ['pom.xml', dependency('1'), dependency('2')],
    [
      'pom.xml',
      pom('<properties><a.version>1</a.version></properties>'),
      pom('<properties><a.version>2</a.version></properties>'),
    ],
  ])('names %s', (path, before, after) => {
    expect(findDependencyChanges(files(path, before, after))).toEqual([path]);
  });

  it('sees that a go.mod only has another order', () => {
    const [before, after] = ['require b v1\nrequire c v1', 'require (\n\tc v1\n\tb v1\n)'];
    expect(findDependencyChanges(files('go.mod', before, after))).toEqual([]);
  });
});
