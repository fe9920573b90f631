import type { TestCommand } from '../../core/environment.ts';
import { printAssignments } from '../../text/quote-word.ts';
import { isTestPath } from '../../text/test-paths.ts';
import { inDirectory, joinDirectory } from '../directories.ts';
import { nodeOptionsWithValue } from '../runners/node/node-test.ts';
import { firstTarget } from '../runners/split-arguments.ts';
import type { Word } from '../shell-words.ts';
import { buildsBehind, isBuild, isNamedAsBuild } from './build-scripts.ts';
import { calledScripts, commandsOf, hasScript, maximumDepth, type Scripts } from './called-scripts.ts';
import { programName, recogniseTest, unwrap, type Variables } from './recognise-test.ts';

export interface ScriptPlan {
  /** Commands that the scripts run before their tests and that build something. */
  build: string[];
  tests: TestCommand[];
}

const maximumVisits = 100;

const usualNames = [
  ...['test', 'tests', 'unit', 'test:unit', 'tests-only', 'test-only', 'test:node', 'test:run'],
];
/** Other scripts that may test; those for people at work and for what takes more than Node do not count. */
const otherNames = /^(test|unit|spec)s?([:-]|$)|[:-](test|unit|spec)s?$/;
const notForUs =
  /(^|[:-])(watch|dev|debug|update|cov(erage)?|browsers?|e2e|integration|types?(cript)?|lint|bench(mark)?|smoke|release|docs?)([:-]|$)/;

/**
 * Reads from a package's scripts how it is built and tested: follows `npm run x` from the script `test`
 * (or its usual stand-ins) down to the calls of known test runners.
 */
export function planFromScripts(scripts: Scripts, directory: string): ScriptPlan {
  const plan = firstThatTests(scripts, usualNames, directory);
  if (plan !== null) return plan;
  // tests that are found otherwise need what theirs would have built
  const { build } = collect(scripts, 'test', directory);
  return { build, tests: [] };
}

/** The same from a script that is called otherwise, as `test:lib` or `unit-tests`. */
export function planFromOtherScripts(scripts: Scripts, directory: string): ScriptPlan | null {
  const names = Object.keys(scripts).filter((name) => otherNames.test(name) && !notForUs.test(name));
  return firstThatTests(scripts, names, directory);
}

/** The same from one script; null when it calls no known runner. */
export function planFromScript(scripts: Scripts, name: string): ScriptPlan | null {
  return firstThatTests(scripts, [name], '');
}

function firstThatTests(scripts: Scripts, names: readonly string[], directory: string): ScriptPlan | null {
  for (const name of names) {
    if (!hasScript(scripts, name)) continue;
    const { build, tests } = collect(scripts, name, directory);
    if (tests.length > 0) return { build, tests };
  }
  return null;
}

interface Collected extends ScriptPlan {
  programs: Program[];
  /** Scripts that are called before the first tests, and neither test nor are named as builds. */
  others: string[];
}

/** A file of tests that Node runs as it is. */
interface Program {
  words: readonly Word[];
  env: Variables;
  directory: string;
}

/** The files of tests that the script `test` has Node run as they are, under Node's own runner. */
export function programsUnderTest(scripts: Scripts): TestCommand[] {
  return distinct(collect(scripts, 'test', '').programs.map(underTest));
}

/** The scripts that the script `test` calls before its tests for something else, as to check the code or to make test data. */
export function scriptsBeforeTests(scripts: Scripts): string[] {
  return [...new Set(collect(scripts, 'test', '').others)];
}

function collect(scripts: Scripts, entry: string, directory: string): Collected {
  const plan: ScriptPlan = { build: [], tests: [] };
  const programs: Program[] = [];
  const others: string[] = [];
  const visited = new Set<string>();
  visit(entry, {}, [], 0);
  const beside = plan.tests.length === 0 ? [] : programs.map(byExitCode);
  return { build: [...new Set(plan.build)], tests: distinct([...plan.tests, ...beside]), programs, others };

  function visit(name: string, env: Variables, extra: readonly Word[], depth: number): void {
    const key = [name, ...extra.map((word) => word.shell)].join(' ');
    if (depth > maximumDepth || visited.size > maximumVisits || visited.has(key)) return;
    visited.add(key);
    for (const phase of [`pre${name}`, name]) {
      const commands = commandsOf(scripts, phase);
      if (phase === name) commands.at(-1)?.push(...extra);
      let at = '';
      for (const words of commands) {
        if (words[0]?.plain === 'cd') at = joinDirectory(at, words[1]?.plain ?? '');
        else if (!at.startsWith('..') && !at.startsWith('/')) visitCommand(phase, words, env, at, depth);
      }
    }
  }

  function visitCommand(script: string, words: Word[], outer: Variables, at: string, depth: number): void {
    const { env, rest } = unwrap(words, scripts);
    const all = withoutColour({ ...outer, ...env });
    const { names, extra } = calledScripts(rest, scripts);
    if (names.length > 0) {
      if (at !== '') return; // the scripts of another package
      for (const name of names) {
        const builds = buildsBehind(scripts, name, extra);
        if (reachesRunner(scripts, name)) visit(name, all, extra, depth + 1);
        else if (builds.length > 0) for (const build of builds) addBuild(build, all, at);
        else if (plan.tests.length === 0) others.push(name);
      }
      return;
    }
    const place = joinDirectory(directory, at);
    const test = recogniseTest(rest, all, place);
    if (test !== null) plan.tests.push(test);
    else if (isTestProgram(script, rest)) programs.push({ words: rest, env: all, directory: place });
    else if (isBuild(script, rest)) addBuild(rest.map((word) => word.shell).join(' '), all, at);
  }

  /** What comes after the first tests is not built for them. */
  function addBuild(command: string, env: Variables, at: string): void {
    if (plan.tests.length > 0) return;
    plan.build.push(inDirectory(at, `${printAssignments(env)}${command}`));
  }
}

function isTestProgram(script: string, words: readonly Word[]): boolean {
  if (isNamedAsBuild(script)) return false; // it makes the tests
  const [program, ...rest] = words;
  const file = rest[firstTarget(rest, nodeOptionsWithValue)]?.plain ?? '';
  return programName(program?.plain ?? '') === 'node' && isTestPath(file.replace(/^\.\//, ''));
}

function byExitCode({ words, env, directory }: Program): TestCommand {
  const options = [words.map((word) => word.shell).join(' ')];
  return { runner: 'command', directory, options, targets: [], env: { ...env } };
}

/** What the file itself gets on its command line no runner hands on. */
function underTest(program: Program): TestCommand {
  const [, ...words] = program.words;
  const at = firstTarget(words, nodeOptionsWithValue);
  const file = words[at];
  if (file === undefined || at < words.length - 1 || !/\.[cm]?[jt]s$/.test(file.plain))
    return byExitCode(program);
  const options = words.slice(0, at).map((word) => word.shell);
  const { directory, env } = program;
  return { runner: 'node-test', directory, options, targets: [file.shell], env: { ...env } };
}

/** Colours in a report's messages are of no use, and tests that look at the terminal are to see none. */
function withoutColour(env: Variables): Variables {
  const { FORCE_COLOR: _force, NO_COLOR: _no, ...rest } = env;
  return rest;
}

/** The commands for a script that builds; where it runs tests as well, for what it calls to build alone. */
export function buildWithoutTests(scripts: Scripts, name: string): string[] {
  const isTest = (script: string) => reachesRunner(scripts, script);
  if (!isTest(name)) return [`npm run ${name}`];
  return commandsOf(scripts, name).flatMap((words) => {
    const { names, extra } = calledScripts(unwrap(words, scripts).rest, scripts);
    return names.flatMap((called) => (isTest(called) ? [] : buildsBehind(scripts, called, extra)));
  });
}

function reachesRunner(scripts: Scripts, name: string, seen = new Set<string>()): boolean {
  if (seen.has(name)) return false;
  seen.add(name);
  return [`pre${name}`, name].some((phase) =>
    commandsOf(scripts, phase).some((words) => {
      const { rest } = unwrap(words, scripts);
      if (recogniseTest(rest, {}, '') !== null || isTestProgram(name, rest)) return true;
      return calledScripts(rest, scripts).names.some((called) => reachesRunner(scripts, called, seen));
    }),
  );
}

/**
 * One call per runner, unless the calls name different files. A second configuration of the same runner mostly
 * runs the same tests again on a built copy.
 */
function distinct(tests: readonly TestCommand[]): TestCommand[] {
  const seen = new Set<string>();
  return tests.filter((test) => {
    const named = test.runner === 'command' ? test.options : test.targets;
    const key = [test.runner, test.directory, ...named].join('\0');
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
