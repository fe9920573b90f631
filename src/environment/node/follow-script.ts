import type { TestCommand } from '../../core/environment.ts';
import { printAssignments } from '../../text/quote-word.ts';
import { inDirectory, joinDirectory } from '../directories.ts';
import type { Word } from '../shell-words.ts';
import { buildsBehind, isBuild } from './build-scripts.ts';
import { type Calls, calledScripts, commandsOf, maximumDepth, type Scripts } from './called-scripts.ts';
import { recogniseTest, unwrap, type Variables } from './recognise-test.ts';
import { byExitCode, isTestProgram, type TestProgram } from './test-programs.ts';

export interface ScriptPlan {
  /** Commands that the scripts run before their tests and that build something. */
  build: string[];
  tests: TestCommand[];
}

/** What a script comes to, with all scripts that it calls. */
export interface FollowedScript extends ScriptPlan {
  programs: TestProgram[];
  /** Scripts that are called before the first tests, and neither test nor are named as builds. */
  others: string[];
}

/** What was found up to here, in the order in which the scripts run. */
interface Walk extends FollowedScript {
  scripts: Scripts;
  /** The package's, relative to the root. */
  directory: string;
  visited: Set<string>;
}

/** Where a command of a script stands. */
interface Place {
  script: string;
  /** Variables that the calls up to here set. */
  env: Variables;
  /** Where `cd` has gone, relative to the package. */
  at: string;
  depth: number;
}

const maximumVisits = 100;

/** Follows a script of a package down to the calls of test runners, and what it builds before the first of them. */
export function followScript(scripts: Scripts, entry: string, directory: string): FollowedScript {
  const walk: Walk = {
    ...{ scripts, directory, visited: new Set() },
    ...{ build: [], tests: [], programs: [], others: [] },
  };
  visitScript(walk, { script: entry, env: {}, at: '', depth: 0 }, []);
  const { build, tests, programs, others } = walk;
  const beside = tests.length === 0 ? [] : programs.map(byExitCode);
  return { build: [...new Set(build)], tests: distinctTests([...tests, ...beside]), programs, others };
}

function visitScript(walk: Walk, place: Place, extra: readonly Word[]): void {
  const { script, depth } = place;
  const key = [script, ...extra.map((word) => word.shell)].join(' ');
  if (depth > maximumDepth || walk.visited.size > maximumVisits || walk.visited.has(key)) return;
  walk.visited.add(key);
  visitCommands(walk, { ...place, script: `pre${script}` }, commandsOf(walk.scripts, `pre${script}`));
  const commands = commandsOf(walk.scripts, script);
  commands.at(-1)?.push(...extra);
  visitCommands(walk, place, commands);
}

function visitCommands(walk: Walk, place: Place, commands: readonly Word[][]): void {
  let at = '';
  for (const words of commands) {
    if (words[0]?.plain === 'cd') at = joinDirectory(at, words[1]?.plain ?? '');
    else if (!/^(\.\.|\/)/.test(at)) visitCommand(walk, { ...place, at }, words);
  }
}

function visitCommand(walk: Walk, { script, env: outer, at, depth }: Place, words: readonly Word[]): void {
  const { env: own, rest } = unwrap(words, walk.scripts);
  const env = withoutColour({ ...outer, ...own });
  const calls = calledScripts(rest, walk.scripts);
  if (calls.names.length > 0) {
    if (at === '') visitCalls(walk, { script, env, at, depth: depth + 1 }, calls); // else of another package
    return;
  }
  const directory = joinDirectory(walk.directory, at);
  const test = recogniseTest(rest, env, directory);
  if (test !== null) walk.tests.push(test);
  else if (isTestProgram(script, rest)) walk.programs.push({ words: rest, env, directory });
  else if (isBuild(script, rest)) addBuild(walk, rest.map((word) => word.shell).join(' '), env, at);
}

function visitCalls(walk: Walk, place: Place, { names, extra }: Calls): void {
  for (const name of names) {
    const builds = buildsBehind(walk.scripts, name, extra);
    if (reachesRunner(walk.scripts, name)) visitScript(walk, { ...place, script: name }, extra);
    else if (builds.length > 0) for (const build of builds) addBuild(walk, build, place.env, place.at);
    else if (walk.tests.length === 0) walk.others.push(name);
  }
}

/** What comes after the first tests is not built for them. */
function addBuild({ tests, build }: Walk, command: string, env: Variables, at: string): void {
  if (tests.length === 0) build.push(inDirectory(at, `${printAssignments(env)}${command}`));
}

/** Colours in a report's messages are of no use, and tests that look at the terminal are to see none. */
function withoutColour(env: Variables): Variables {
  const { FORCE_COLOR: _force, NO_COLOR: _no, ...rest } = env;
  return rest;
}

/** Whether a script calls a runner that is known, itself or by others. */
export function reachesRunner(scripts: Scripts, name: string, seen = new Set<string>()): boolean {
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
export function distinctTests(tests: readonly TestCommand[]): TestCommand[] {
  const seen = new Set<string>();
  return tests.filter((test) => {
    const named = test.runner === 'command' ? test.options : test.targets;
    const key = [test.runner, test.directory, ...named].join('\0');
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
