import { expect, it } from 'vitest';
import { outputText } from '../../../../src/core/command.ts';
import { ctestScript } from '../../../../src/environment/runners/c/ctest-script.ts';
import { quoteWord } from '../../../../src/text/quote-word.ts';
import { testSandbox } from '../../../support/sandbox.ts';

const target = (program: string, ...sources: string[]) => ({
  name: program.split('/').at(-1),
  type: 'EXECUTABLE',
  artifacts: [{ path: program }],
  sources: sources.map((path) => ({ path })),
});

/** What the script leaves for CTest, when CMake tells of these programs and CTest of these tests. */
function registered(targets: object[], tests: object[]): Promise<string> {
  return playScript(targets, tests, 'sed "s#$PWD##" build/CTestTestfile.cmake 2> /dev/null');
}

/** What the script has CMake build beside everything, when CTest is told of these tests. */
function builtBeside(targets: object[], testFile: string, files: string[] = []): Promise<string> {
  const before = [
    `echo ${quoteWord(testFile)} > build/CTestTestfile.cmake`,
    ...files.map((path) => `touch build/${path}`),
  ];
  return playScript(targets, [], "grep -e --target calls | sed 's/.*--target //; s/ -- .*//'", before);
}

async function playScript(
  targets: object[],
  tests: object[],
  show: string,
  before: readonly string[] = [],
): Promise<string> {
  await using sandbox = await testSandbox();
  const reply = 'build/.cmake/api/v1/reply';
  const program = (name: string, script: string) =>
    `printf '#!/bin/sh\n%s\n' ${quoteWord(script)} > programs/${name} && chmod +x programs/${name}`;
  const script = [
    `cd "$(mktemp -d)" && mkdir -p programs ${reply}`,
    program('cmake', 'echo "$*" >> "$CALLS"'),
    ...before,
    program('ctest', `echo "the repository's own words"; echo ${quoteWord(JSON.stringify({ tests }))}`),
    ...targets.map((one, index) => `echo ${quoteWord(JSON.stringify(one))} > ${reply}/target-${index}.json`),
    `(PATH="$PWD/programs:$PATH" AI_FIX_REPORT=$PWD/report CALLS=$PWD/calls; export AI_FIX_REPORT CALLS; ${ctestScript('build', null)}) > /dev/null 2>&1`,
    show,
  ].join('\n');
  return outputText(await sandbox.run({ script, timeoutSeconds: 30 }));
}

const ofTests = target('test/tests', 'test/main.cpp', 'test/test_a.cpp');

it('programs of tests that nothing registers are registered', async () => {
  const others = [
    target('shop', 'src/main.cpp'),
    target('mixed', 'src/main.cpp', 'test/b.cpp'),
    target('test/benchmark', 'test/bench.cpp'),
    target('test/a;b', 'test/c.cpp'),
    target('empty'),
  ];
  expect(await registered([ofTests, ...others], [])).toBe(
    'add_test(tests "/build/test/tests")\nset_tests_properties(tests PROPERTIES WORKING_DIRECTORY "/build/test")\n',
  );
});

it('nothing is registered beside what the repository registers', async () => {
  expect(await registered([ofTests], [{ name: 'own', command: ['true'] }])).toBe('');
});

it('programs that tests call and that a build of everything leaves out are built, and no others', async () => {
  const targets = [
    target('one', 'src/one.c'),
    target('two', 'src/two.c'),
    target('far/three', 'src/three.c'),
  ];
  const tests =
    'add_test([=[one]=] "/somewhere/build/one")\nadd_test(two "two" "-v")\nadd_test(far_NOT_BUILT three_NOT_BUILT)';
  expect(await builtBeside(targets, tests)).toBe('one two three\n');
  expect(await builtBeside(targets, tests, ['one', 'two'])).toBe('three\n');
  expect(await builtBeside([target('other', 'src/other.c')], tests)).toBe('');
});

it('programs that are made of tests are built where no test is registered', async () => {
  expect(await builtBeside([ofTests, target('shop', 'src/main.cpp')], '')).toBe('tests\n');
  expect(await builtBeside([ofTests], 'add_test(own "/usr/bin/true")')).toBe('');
});
