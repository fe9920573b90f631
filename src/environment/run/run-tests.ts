import { stripVTControlCharacters } from 'node:util';
import { type CommandResult, outputText, type Shell } from '../../core/command.ts';
import type { EnvironmentPlan, TestCommand } from '../../core/environment.ts';
import { must } from '../../core/must.ts';
import { isRed, standsForFile, type TestResult, type TestRun, type TestSelection } from '../../core/tests.ts';
import { exports } from '../prepare/install.ts';
import { runners } from '../runners/runners.ts';
import { quoteWord } from '../shell-words.ts';
import { neededBuild } from './needed-builds.ts';

const root = '/workspace';
const reportFile = '/tmp/.ai-fix-report';
const outputBytes = { head: 2_000, tail: 14_000 };

export interface TestOptions {
  selection: TestSelection;
  timeoutSeconds: number;
  signal: AbortSignal;
}

/** Builds where the plan says so, runs the tests, and reads the runners' reports. Never rejects for failing tests. */
export async function runTests(shell: Shell, plan: EnvironmentPlan, options: TestOptions): Promise<TestRun> {
  const started = performance.now();
  const tests = new Map<string, TestResult>();
  const problems: string[] = [];
  let cutShort = false;
  const outputs: string[] = [];
  const elapsed = () => (performance.now() - started) / 1000;
  const remaining = () => Math.max(1, options.timeoutSeconds - elapsed());
  const finish = (): TestRun => ({
    tests,
    seconds: elapsed(),
    problem: problems.length === 0 ? null : problems.join('; '),
    cutShort,
    output: outputs.join('\n'),
  });

  for (const command of plan.build) {
    const script = neededBuild(command, plan.build);
    const result = await runScript(shell, plan, '', {}, script, remaining(), options.signal);
    if (result.exitCode === 0) continue;
    outputs.push(readable(result));
    problems.push(`the build step \`${command}\` ${describeEnd(result)}`);
    cutShort = isCutShort(result);
    return finish();
  }
  for (const [index, command] of plan.tests.entries()) {
    const files = filesFor(command, options.selection);
    if (files !== null && isBesideRunners(command, plan)) continue;
    if (files !== null && files.length === 0) continue;
    if (cutShort && elapsed() >= options.timeoutSeconds) {
      problems.push(describeLeftOut(plan.tests.slice(index)));
      break;
    }
    const { results, problem, output, ...ended } = await runCommand(
      shell,
      plan,
      command,
      files,
      remaining(),
      options.signal,
    );
    for (const result of results) merge(tests, withError(result));
    outputs.push(output);
    if (problem !== null) problems.push(problem);
    cutShort ||= ended.cutShort;
  }
  return finish();
}

/** A program that reports no test by its file: where other runners do, files that are known are theirs. */
function isBesideRunners({ runner }: TestCommand, { tests }: EnvironmentPlan): boolean {
  return runner === 'command' && tests.some((other) => other.runner !== 'command');
}

/** The selected files that lie in this command's directory, relative to it; null for all. */
function filesFor(command: TestCommand, selection: TestSelection): string[] | null {
  if (selection === 'all') return null;
  const prefix = command.directory === '' ? '' : `${command.directory}/`;
  return selection.files.filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length));
}

/** Test runs that the time was up for. */
function describeLeftOut(commands: readonly TestCommand[]): string {
  const places = [...new Set(commands.map(({ directory }) => directory || 'the root'))];
  const more = places.length > 3 ? ` and ${places.length - 3} more` : '';
  return `no time was left for ${places.slice(0, 3).join(', ')}${more}`;
}

async function runCommand(
  shell: Shell,
  plan: EnvironmentPlan,
  command: TestCommand,
  files: readonly string[] | null,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<{ results: TestResult[]; problem: string | null; cutShort: boolean; output: string }> {
  const runner = runners[command.runner];
  const program = runner.name === 'command' ? 'the test command' : runner.name;
  const name = command.directory === '' ? program : `${program} in ${command.directory}`;
  const script = runner.script(command, files);
  const result = await runScript(shell, plan, command.directory, command.env, script, timeoutSeconds, signal);
  const ended = { output: readable(result), cutShort: isCutShort(result) };
  const report = await readReport(shell);
  try {
    const results = runner.parse(report, root).map((test) => inDirectory(test, command.directory));
    const part = runner.problem?.(report, root) ?? null;
    if (part !== null && !ended.cutShort) return { ...ended, results, problem: `${name} ${part}` };
    const isBrokenOff = runner.brokenOff?.includes(result.exitCode ?? 0) === true;
    // without a test, or with none of those asked for
    const isWhole = !isBrokenOff && (results.length > 0 || result.exitCode === 0);
    if (isWhole && !ended.cutShort) return { ...ended, results, problem: null };
    const ranNone = results.length === 0 ? 'ran no test and ' : '';
    return { ...ended, results, problem: `${name} ${ranNone}${describeEnd(result)}` };
  } catch {
    return { ...ended, results: [], problem: `${name} ${describeEnd(result)} and left no report` };
  }
}

function isCutShort({ timedOut, diskFull, outOfMemory, exitCode }: CommandResult): boolean {
  return timedOut || diskFull || outOfMemory || exitCode === null;
}

async function runScript(
  shell: Shell,
  plan: EnvironmentPlan,
  directory: string,
  env: Record<string, string>,
  script: string,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<CommandResult> {
  const lines = [
    exports({ ...plan.env, ...env, AI_FIX_REPORT: reportFile }),
    `rm -f "$AI_FIX_REPORT"`,
    `export PATH="$PWD/node_modules/.bin:$PATH"`,
    directory === '' ? '' : `cd ${quoteWord(directory)} && export PATH="$PWD/node_modules/.bin:$PATH"`,
    script,
  ];
  return shell.run({ script: lines.join('\n'), timeoutSeconds, keep: outputBytes }, signal);
}

async function readReport(shell: Shell): Promise<string> {
  const script = `if [ -f ${reportFile} ]; then head -c 100000000 ${reportFile}; fi`;
  const result = await must(
    shell,
    { script, keep: 'all', timeoutSeconds: 60 },
    'The test report could not be read',
  );
  return result.head.toString('utf8');
}

/** Results of runners that name files from where they run, named from the root. */
function inDirectory(test: TestResult, directory: string): TestResult {
  if (directory === '' || test.file === null || test.file.startsWith(`${directory}/`)) return test;
  const file = `${directory}/${test.file}`;
  const id = test.id.startsWith(test.file) ? `${directory}/${test.id}` : test.id;
  return { ...test, id, file };
}

/** What could not be loaded did not fail: it did not run. */
function withError(test: TestResult): TestResult {
  return test.status === 'failed' && standsForFile(test) ? { ...test, status: 'error' } : test;
}

/** One name can stand for several tests: it passes only when all of them do. */
function merge(tests: Map<string, TestResult>, result: TestResult): void {
  const before = tests.get(result.id);
  if (before === undefined || before.status === 'skipped' || isRed(result.status))
    tests.set(result.id, result);
}

function readable(result: CommandResult): string {
  return stripVTControlCharacters(outputText(result)).trim();
}

function describeEnd(result: CommandResult): string {
  if (result.timedOut) return `was stopped after ${Math.round(result.seconds)} s`;
  if (result.diskFull) return 'was stopped because the disk is full';
  if (result.outOfMemory) return 'ran out of memory';
  if (result.exitCode === null)
    return `was ended by signal ${result.signal} from within: a test may have killed its own process group`;
  return `ended with exit code ${result.exitCode}`;
}
