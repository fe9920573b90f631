import type { CommandResult } from '../../core/command.ts';
import type { TestCommand } from '../../core/environment.ts';
import { standsForFile, type TestResult } from '../../core/tests.ts';
import { isBelow } from '../directories.ts';
import type { TestRunner } from '../runners/runner.ts';
import { runners } from '../runners/runners.ts';
import { describeEnd, isCutShort, plainOutput } from './command-end.ts';
import type { TestShell } from './test-shell.ts';

const root = '/workspace';

/** What one command adds to a run of tests. */
export interface PartOfRun {
  results: TestResult[];
  /** Why results are missing, with the name of what should have given them; null when none are. */
  problem: string | null;
  cutShort: boolean;
  /** What it printed; null for one that was not begun. */
  output: string | null;
}

/** Runs one test command, for some files of its directory or for all, and reads its runner's report. */
export async function runCommand(
  shell: TestShell,
  command: TestCommand,
  files: readonly string[] | null,
): Promise<PartOfRun> {
  const runner = runners[command.runner];
  const result = await shell.run(runner.script(command, files), command);
  const { results, problem } = readResults(runner, await shell.readReport(), result);
  return {
    results: results.map((test) => withError(fromRoot(test, command.directory))),
    problem: problem === null ? null : `${nameOf(command)} ${problem}`,
    cutShort: isCutShort(result),
    output: plainOutput(result),
  };
}

function nameOf({ runner, directory }: TestCommand): string {
  const program = runner === 'command' ? 'the test command' : runner;
  return directory === '' ? program : `${program} in ${directory}`;
}

function readResults(
  runner: TestRunner,
  report: string,
  ended: CommandResult,
): Pick<PartOfRun, 'results' | 'problem'> {
  try {
    const results = runner.parse(report, root);
    const missing = isCutShort(ended) ? null : (runner.problem?.(report, root) ?? null);
    return { results, problem: missing ?? endProblem(runner, results, ended) };
  } catch {
    return { results: [], problem: `${describeEnd(ended)} and left no report` };
  }
}

/** Exit codes of runners say that tests failed, which results say better. */
function endProblem(
  { brokenOff = [] }: TestRunner,
  results: readonly TestResult[],
  ended: CommandResult,
): string | null {
  const ranNone = results.length === 0;
  const isContent = ended.exitCode === 0 || !ranNone; // without a test, or with none of those asked for
  if (isContent && !isCutShort(ended) && !brokenOff.includes(ended.exitCode ?? 0)) return null;
  return `${ranNone ? 'ran no test and ' : ''}${describeEnd(ended)}`;
}

/** Results of runners that name files from where they run, named from the root. */
function fromRoot(test: TestResult, directory: string): TestResult {
  if (test.file === null || isBelow(directory, test.file)) return test;
  const file = `${directory}/${test.file}`;
  const id = test.id.startsWith(test.file) ? `${directory}/${test.id}` : test.id;
  return { ...test, id, file };
}

/** What could not be loaded did not fail: it did not run. */
function withError(test: TestResult): TestResult {
  return test.status === 'failed' && standsForFile(test) ? { ...test, status: 'error' } : test;
}
