import { expect, it } from 'vitest';
import { outputText } from '../../../src/core/command.ts';
import { ctestScript } from '../../../src/environment/runners/ctest-script.ts';
import { quoteWord } from '../../../src/environment/shell-words.ts';
import { testSandbox } from '../../support/sandbox.ts';

const target = (program: string, ...sources: string[]) => ({
  type: 'EXECUTABLE',
  artifacts: [{ path: program }],
  sources: sources.map((path) => ({ path })),
});

/** What the script leaves for CTest, when CMake tells of these programs and CTest of these tests. */
async function registered(targets: object[], tests: object[]): Promise<string> {
  await using sandbox = await testSandbox();
  const reply = 'build/.cmake/api/v1/reply';
  const program = (name: string, script: string) =>
    `printf '#!/bin/sh\n%s\n' ${quoteWord(script)} > programs/${name} && chmod +x programs/${name}`;
  const script = [
    `cd "$(mktemp -d)" && mkdir -p programs ${reply}`,
    program('cmake', ':'),
    program('ctest', `echo "the repository's own words"; echo ${quoteWord(JSON.stringify({ tests }))}`),
    ...targets.map((one, index) => `echo ${quoteWord(JSON.stringify(one))} > ${reply}/target-${index}.json`),
    `(PATH="$PWD/programs:$PATH" AI_FIX_REPORT=$PWD/report; export AI_FIX_REPORT; ${ctestScript('build', null)}) > /dev/null 2>&1`,
    'sed "s#$PWD##" build/CTestTestfile.cmake 2> /dev/null',
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
