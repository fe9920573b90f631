import { describe, expect, it } from 'vitest';
import { compilerProblem } from '../../../src/environment/runners/c/compiler-problem.ts';
import { mavenProblem } from '../../../src/environment/runners/java/maven-problem.ts';
import { parseJunit } from '../../../src/environment/runners/junit-report.ts';
import { runners } from '../../../src/environment/runners/runners.ts';
import { environmentFixture } from '../../support/environment-fixture.ts';

const root = '/workspace';
const command = (runner: 'maven' | 'ctest') => ({
  runner,
  directory: '',
  options: [],
  targets: runner === 'ctest' ? ['build'] : [],
  env: {},
});

describe('a JUnit report', () => {
  it.each([
    ['<testcase name="a"/>', 'passed'],
    ['<testcase name="a" status="run" result="completed"/>', 'passed'],
    ['<testcase name="a"><flakyFailure/></testcase>', 'passed'],
    ['<testcase name="a"><failure message="m"/></testcase>', 'failed'],
    ['<testcase name="a"><error/></testcase>', 'failed'],
    ['<testcase name="a"><skipped/></testcase>', 'skipped'],
    ['<testcase name="a" status="notrun" result="suppressed"/>', 'skipped'],
    ['<testcase name="a" status="disabled"><skipped message="Disabled"/></testcase>', 'skipped'],
    [
      '<testcase name="a" status="notrun"><skipped message="Unable to find executable: x"/></testcase>',
      'failed',
    ],
  ])('has for %s a test that %s', (xml, status) => {
    const read = parseJunit(`<testsuites><testsuite>${xml}</testsuite></testsuites>`);
    expect(read.map((one) => one.status)).toEqual([status]);
  });

  it('is read past characters that XML forbids', () => {
    const xml =
      '<testsuite><testcase name="a"><failure>\u001b[31mred\u0000 \ud800</failure></testcase></testsuite>';
    expect(parseJunit(xml)[0]?.message).toContain('red');
  });

  it('does not grow by the entities that it declares', () => {
    const entities = `<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>`;
    const xml = `${entities}<testsuite><testcase name="a"><failure>&c;</failure></testcase></testsuite>`;
    expect(parseJunit(xml)[0]?.message).not.toContain('bbbb');
  });

  it.each(['', 'no XML', '<testsuite><testcase name="a">'])('is none when it is %j', (xml) => {
    expect(() => parseJunit(xml)).toThrow();
  });
});

describe('Maven', () => {
  it('tells what could not be compiled instead of an exit code', async () => {
    const report = await environmentFixture('maven/surefire-3.5-uncompiled.txt');
    expect(runners.maven.parse(report, root)).toEqual([]);
    expect(runners.maven.problem?.(report, root)).toBe(
      'could not compile src/test/java/shop/CartTest.java:47: cannot find symbol',
    );
  });

  it('has no problem when tests fail', async () => {
    const report = await environmentFixture('maven/surefire-3.5.txt');
    expect(runners.maven.problem?.(report, root)).toBeNull();
  });

  it('tells which goal failed', () => {
    const line = '[ERROR] Failed to execute goal a:b:1:c (d) on project e: what is wrong -> [Help 1]';
    expect(mavenProblem(line, root)).toBe(
      'could not go on: Failed to execute goal a:b:1:c (d) on project e: what is wrong',
    );
    const twoLines = '[ERROR] Failed to execute goal a on project e:\n[ERROR] \n[ERROR] Java heap space\n';
    expect(mavenProblem(twoLines, root)).toBe(
      'could not go on: Failed to execute goal a on project e: Java heap space',
    );
  });

  it('runs the modules of the wanted classes, with what they need', () => {
    const files = ['core/src/test/java/a/ATest.java', 'more/b/src/test/java/a/BTest.java'];
    const script = runners.maven.script(command('maven'), files);
    expect(script).toContain('-pl core,more/b -am');
    expect(script).toContain('-Dtest=ATest,BTest');
  });

  it.each([null, ['src/test/java/a/ATest.java']])('needs no choice of modules for %j', (files) => {
    expect(runners.maven.script(command('maven'), files)).not.toContain('-pl');
  });

  it('keeps the profiles and properties of a call in the words of the repository', () => {
    const words = ['-q', '-Pfast', '-Da=b', 'clean', 'verify'].map((word) => ({ plain: word, shell: word }));
    expect(runners.maven.split(words)).toEqual({ options: ['-Pfast', '-Da=b'], targets: [] });
  });

  it('takes names of files for nothing but names', () => {
    const script = runners.maven.script(command('maven'), ["src/test/java/$(touch x)'Test.java"]);
    expect(script).toContain(`-Dtest='$(touch x)'\\''Test'`);
  });
});

describe('CTest', () => {
  it('tells of a test program that crashed, for its other tests did not run', async () => {
    const report = await environmentFixture('ctest/ctest-3.25.txt');
    expect(runners.ctest.problem?.(report, root)).toBe('did not get to all tests of crash: it crashed');
  });

  it('tells of a build that failed for a reason that it does not know', () => {
    expect(runners.ctest.problem?.('\0errors\0the build failed\n', root)).toBe(
      'could not build everything: the build failed',
    );
  });
});

describe('a build of C and C++', () => {
  it('has the same words for the same faults, in whatever order they were found', () => {
    const lines = [
      '/workspace/src/b.c:3:1: error: unknown type name',
      '/workspace/src/a.c:3:1: fatal error: no such file',
      "/usr/bin/ld: a.o: in function `f': a.c:(.text+0x1): undefined reference to `g'",
    ];
    const told = compilerProblem(lines.join('\n'), root);
    expect(told).toContain('src/a.c:3: no such file, src/b.c:3: unknown type name, undefined reference');
    expect(compilerProblem(lines.toReversed().join('\n'), root)).toBe(told);
  });

  it('has no problem without a fault', () => {
    expect(compilerProblem('\n', root)).toBeNull();
  });
});
