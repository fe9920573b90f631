import { posix } from 'node:path';
import { z } from 'zod';
import type { TestResult } from '../../../core/tests.ts';
import { isTestPath } from '../../../text/test-paths.ts';
import { jsonOrNull } from '../../parse-or-null.ts';
import { type FramedFile, readFrames } from '../framed-files.ts';
import { type JunitCase, parseJunit } from '../junit-report.ts';
import { relativeTo, type TestRunner, withMessage } from '../runner.ts';
import { compilerProblem } from './compiler-problem.ts';
import { ctestScript } from './ctest-script.ts';

/**
 * CTest on a build directory, which is the command's target. Programs of GoogleTest, Catch2 and doctest tell each of
 * their tests; any other is one test, by CTest's name for it.
 */
export const ctest: TestRunner = {
  name: 'ctest',
  programs: [], // a call of one's own has a build directory that is made in a way of one's own
  split: () => ({ options: [], targets: [] }),
  script: ({ targets }, files) => ctestScript(targets[0] ?? 'build', files),
  parse(report, root) {
    const read = readReport(report);
    const told = new Map<string, TestResult[]>();
    for (const { program, cases } of read.googletest)
      told.set(
        program,
        cases.map((one) => caseResult(one, root)),
      );
    const own = read.own.flatMap(({ test, cases }) =>
      cases.map(({ name, status, message }) =>
        withMessage(
          { id: `${test} > ${name}`, status, file: sourceOf(read.programs.get(test), read) },
          message,
        ),
      ),
    );
    const whole = read.whole.flatMap(({ name, status, message }) => {
      const program = read.programs.get(name);
      const parts = told.get(posix.basename(program ?? ''));
      if (parts !== undefined && isExplained(status, parts)) return [];
      const file = read.listed.get(name) ?? sourceOf(program, read);
      return [
        withMessage({ id: name, status, file: file === null ? null : relativeTo(root, file) }, message),
      ];
    });
    return [...[...told.values()].flat(), ...own, ...whole];
  },
  problem(report, root) {
    const { errors, whole, googletest, programs, parts } = readReport(report);
    const fault = compilerProblem(errors, root);
    if (fault !== null) return fault;
    const told = new Set(googletest.map(({ program }) => program));
    const crashed = whole.filter(
      ({ name, status, message }) =>
        status === 'failed' &&
        !parts.has(name) &&
        message?.includes('[ RUN      ]') &&
        !told.has(posix.basename(programs.get(name) ?? '')),
    );
    return crashed.length === 0
      ? null
      : `did not get to all tests of ${crashed.map(({ name }) => name).join(', ')}: it crashed`;
  },
};

interface CtestReport {
  errors: string;
  /** CTest's own results. */
  whole: JunitCase[];
  /** What GoogleTest's programs report, by the program's file name. */
  googletest: { program: string; cases: JunitCase[] }[];
  /** What programs of Catch2 and doctest report, by CTest's name for the program. */
  own: { test: string; cases: JunitCase[] }[];
  /** Source files of single tests of GoogleTest, by name. */
  listed: ReadonlyMap<string, string>;
  /** The program of each test, by CTest's name for it. */
  programs: ReadonlyMap<string, string>;
  targets: z.infer<typeof targetsSchema>;
  /** Tests that are each one of a program of GoogleTest. */
  parts: ReadonlySet<string>;
}

const testsSchema = z.object({
  tests: z.array(z.object({ name: z.string(), command: z.array(z.string()).default([]) })).default([]),
});
const targetsSchema = z.array(z.object({ program: z.string(), sources: z.array(z.string()) }));

function readReport(report: string): CtestReport {
  const frames = readFrames(report);
  const text = (name: string) => frames.find((frame) => frame.name === name)?.content ?? '';
  const files = (kind: string) =>
    frames.flatMap((frame) =>
      frame.name.startsWith(`${kind}:`)
        ? [{ name: frame.name.slice(kind.length + 1), cases: casesOf(frame) }]
        : [],
    );
  const { tests } = testsSchema.parse(jsonOrNull(text('tests')) ?? {});
  const listed = files('list').flatMap(({ cases }) => cases);
  return {
    errors: text('errors'),
    whole: files('ctest').flatMap(({ cases }) => cases),
    googletest: files('gtest').map(({ name, cases }) => ({ program: name, cases })),
    own: files('own').map(({ name, cases }) => ({ test: name, cases })),
    listed: new Map(
      listed.flatMap((one) =>
        one.file === null ? [] : [[`${one.className}.${one.name}`, one.file] as const],
      ),
    ),
    programs: new Map(tests.map(({ name, command }) => [name, command[0] ?? ''])),
    targets: targetsSchema.parse(jsonOrNull(text('targets')) ?? []),
    parts: new Set(tests.filter(({ command }) => command.some(isFilter)).map(({ name }) => name)),
  };
}

function isFilter(argument: string): boolean {
  return argument.startsWith('--gtest_filter');
}

function casesOf({ content }: FramedFile): JunitCase[] {
  try {
    return parseJunit(content);
  } catch {
    return [];
  }
}

/** The one source file of a program that is a test by its path, or its only one. */
function sourceOf(program: string | undefined, { targets }: CtestReport): string | null {
  const target = targets.find((one) => program === one.program || program?.endsWith(`/${one.program}`));
  const sources = target?.sources ?? [];
  const tests = sources.filter(isTestPath);
  const likely = tests.length === 0 ? sources : tests;
  return likely.length === 1 ? (likely[0] ?? null) : null;
}

/** Whether what a program's tests tell is all that CTest has to say of it. */
function isExplained(status: TestResult['status'], parts: readonly TestResult[]): boolean {
  return status !== 'failed' || parts.some((part) => part.status === 'failed');
}

function caseResult({ className, name, file, status, message }: JunitCase, root: string): TestResult {
  const from = file === null ? null : relativeTo(root, file);
  const title = `${className}.${name}`;
  return withMessage({ id: from === null ? title : `${from} > ${title}`, status, file: from }, message);
}
