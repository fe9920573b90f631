import type { Shell } from '../../core/command.ts';
import type { EnvironmentPlan, TestCommand } from '../../core/environment.ts';
import { isRed, type TestResult, type TestRun, type TestSelection } from '../../core/tests.ts';
import { isBelow } from '../directories.ts';
import { describeEnd, isCutShort, plainOutput } from './command-end.ts';
import { neededBuild } from './needed-builds.ts';
import { type PartOfRun, runCommand } from './run-command.ts';
import { openTestShell, type TestShell } from './test-shell.ts';

const shownPlaces = 3;

export interface TestOptions {
  selection: TestSelection;
  timeoutSeconds: number;
  signal: AbortSignal;
}

/** Builds where the plan says so, runs the tests, and reads the runners' reports. Never rejects for failing tests. */
export async function runTests(shell: Shell, plan: EnvironmentPlan, options: TestOptions): Promise<TestRun> {
  const testShell = openTestShell(shell, plan, options);
  const failedBuild = await runBuilds(testShell, plan.build);
  const parts =
    failedBuild === null ? await runCommands(testShell, plan.tests, options.selection) : [failedBuild];
  const problems = parts.flatMap(({ problem }) => problem ?? []);
  return {
    tests: joinResults(parts.flatMap(({ results }) => results)),
    seconds: testShell.seconds(),
    problem: problems.length === 0 ? null : problems.join('; '),
    cutShort: parts.some(({ cutShort }) => cutShort),
    output: parts.flatMap(({ output }) => output ?? []).join('\n'),
  };
}

/** The build step that failed, after which no test can run; null when none did. */
async function runBuilds(shell: TestShell, build: readonly string[]): Promise<PartOfRun | null> {
  for (const command of build) {
    const result = await shell.run(neededBuild(command, build));
    if (result.exitCode === 0) continue;
    const problem = `the build step \`${command}\` ${describeEnd(result)}`;
    return { results: [], problem, cutShort: isCutShort(result), output: plainOutput(result) };
  }
  return null;
}

async function runCommands(
  shell: TestShell,
  commands: readonly TestCommand[],
  selection: TestSelection,
): Promise<PartOfRun[]> {
  const parts: PartOfRun[] = [];
  for (const [index, command] of commands.entries()) {
    const files = filesFor(command, selection);
    if (files !== null && (files.length === 0 || isBesideRunners(command, commands))) continue;
    if (shell.isTimeUp() && parts.some(({ cutShort }) => cutShort))
      return [...parts, notBegun(commands.slice(index))];
    parts.push(await runCommand(shell, command, files));
  }
  return parts;
}

/** A program that reports no test by its file: where other runners do, files that are known are theirs. */
function isBesideRunners({ runner }: TestCommand, commands: readonly TestCommand[]): boolean {
  return runner === 'command' && commands.some((other) => other.runner !== 'command');
}

/** The selected files that lie in this command's directory, relative to it; null for all. */
function filesFor({ directory }: TestCommand, selection: TestSelection): string[] | null {
  if (selection === 'all') return null;
  const own = selection.files.filter((file) => isBelow(directory, file));
  return directory === '' ? own : own.map((file) => file.slice(directory.length + 1));
}

/** Test commands that the time was up for. */
function notBegun(commands: readonly TestCommand[]): PartOfRun {
  const places = [...new Set(commands.map(({ directory }) => directory || 'the root'))];
  const more = places.length > shownPlaces ? ` and ${places.length - shownPlaces} more` : '';
  const problem = `no time was left for ${places.slice(0, shownPlaces).join(', ')}${more}`;
  return { results: [], problem, cutShort: true, output: null };
}

/** One name can stand for several tests: it passes only when all of them do. */
function joinResults(results: readonly TestResult[]): Map<string, TestResult> {
  const tests = new Map<string, TestResult>();
  for (const result of results) {
    const before = tests.get(result.id);
    if (before === undefined || before.status === 'skipped' || isRed(result.status))
      tests.set(result.id, result);
  }
  return tests;
}
