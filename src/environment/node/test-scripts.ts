import { posix } from 'node:path';
import type { TestCommand } from '../../core/environment.ts';
import { isTestPath } from '../../text/test-paths.ts';
import { nodeOptionsWithValue } from '../runners/node-test.ts';
import { runners } from '../runners/runners.ts';
import { firstTarget } from '../runners/split-arguments.ts';
import { parseCommands, quoteWord, takeAssignments, type Word } from '../shell-words.ts';
import { calledScripts, hasScript, type Scripts, scriptRunners } from './called-scripts.ts';

type Variables = Readonly<Record<string, string>>;

export interface ScriptPlan {
  /** Commands that the scripts run before their tests and that build something. */
  build: string[];
  tests: TestCommand[];
}

const buildNames =
  /^(pre)?(build|compile|bundle|generate|dist|transpile|tsc|prepare|babel)([:-]|$)|[:-](build|compile)$/;
/** What no test loads, and takes long, or only removes what was built. */
const asideNames =
  /[:-](docs?|man|site|website|demo|examples?|storybook|watch|reset|clean)$|^(docs?|site|website|demo|examples?|storybook)[:-]/;
const buildPrograms = new Set([
  'tsc',
  'tshy',
  'tsup',
  'unbuild',
  'rollup',
  'rolldown',
  'esbuild',
  'babel',
  'swc',
  'webpack',
]);
const wrappers = new Set([
  'npx',
  'nyc',
  'c8',
  'cross-env',
  'cross-env-shell',
  'bunx',
  'dotenv',
  'pnpx',
  'env',
]);
const maximumDepth = 8;
const maximumVisits = 100;

/**
 * Reads from a package's scripts how it is built and tested: follows `npm run x` from the script `test`
 * (or its usual stand-ins) down to the calls of known test runners.
 */
export function planFromScripts(scripts: Scripts, directory: string): ScriptPlan {
  for (const entry of [
    'test',
    'tests',
    'unit',
    'test:unit',
    'tests-only',
    'test-only',
    'test:node',
    'test:run',
  ]) {
    if (!hasScript(scripts, entry)) continue;
    const { build, tests } = collect(scripts, entry, directory);
    if (tests.length > 0) return { build, tests };
  }
  // tests that are found otherwise need what theirs would have built
  const { build } = collect(scripts, 'test', directory);
  return { build, tests: [] };
}

interface Collected extends ScriptPlan {
  programs: Program[];
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

function collect(scripts: Scripts, entry: string, directory: string): Collected {
  const plan: ScriptPlan = { build: [], tests: [] };
  const programs: Program[] = [];
  const visited = new Set<string>();
  visit(entry, {}, [], 0);
  const beside = plan.tests.length === 0 ? [] : programs.map(byExitCode);
  return { build: [...new Set(plan.build)], tests: distinct([...plan.tests, ...beside]), programs };

  function visit(name: string, env: Variables, extra: readonly Word[], depth: number): void {
    const key = [name, ...extra.map((word) => word.shell)].join(' ');
    if (depth > maximumDepth || visited.size > maximumVisits || visited.has(key)) return;
    visited.add(key);
    for (const phase of [`pre${name}`, name]) {
      const commands = commandsOf(scripts, phase);
      if (phase === name) commands.at(-1)?.push(...extra);
      let at = '';
      for (const words of commands) {
        if (words[0]?.plain === 'cd') at = posix.join(at, words[1]?.plain ?? '').replace(/^\.?\/?$|\/$/, '');
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
        if (reachesRunner(scripts, name)) visit(name, all, extra, depth + 1);
        else
          for (const build of buildsBehind(scripts, name))
            addBuild(runOf(build, build === name ? extra : []), all, at);
      }
      return;
    }
    const place = posix.join(directory, at).replace(/^\.$/, '');
    const test = recogniseTest(rest, all, place);
    if (test !== null) plan.tests.push(test);
    else if (isTestProgram(script, rest)) programs.push({ words: rest, env: all, directory: place });
    else if (isBuild(script, rest)) addBuild(rest.map((word) => word.shell).join(' '), all, at);
  }

  /** What comes after the first tests is not built for them. */
  function addBuild(command: string, env: Variables, at: string): void {
    if (plan.tests.length > 0) return;
    const assignments = Object.entries(env).map(([name, value]) => `${name}=${quoteWord(value)} `);
    plan.build.push(`${at === '' ? '' : `cd ${quoteWord(at)} && `}${assignments.join('')}${command}`);
  }
}

function runOf(script: string, extra: readonly Word[]): string {
  const added = extra.length === 0 ? [] : ['--', ...extra.map((word) => word.shell)];
  return ['npm run', quoteWord(script), ...added].join(' ');
}

function isTestProgram(script: string, words: readonly Word[]): boolean {
  if (buildNames.test(script)) return false; // it makes the tests
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

function isBuild(script: string, words: readonly Word[]): boolean {
  const [program, ...rest] = words.map((word) => word.plain);
  if (rest.includes('--noEmit')) return false;
  return buildPrograms.has(program ?? '') || isBuildName(script);
}

/** The script itself when it builds what tests may load; else those of that kind that it calls. */
function buildsBehind(scripts: Scripts, name: string, depth = 0): string[] {
  if (isBuildName(name)) return [name];
  if (!buildNames.test(name) || depth > maximumDepth) return [];
  return commandsOf(scripts, name).flatMap((words) =>
    calledScripts(unwrap(words, scripts).rest, scripts).names.flatMap((called) =>
      buildsBehind(scripts, called, depth + 1),
    ),
  );
}

function isBuildName(name: string): boolean {
  return buildNames.test(name) && !asideNames.test(name);
}

/** Colours in a report's messages are of no use, and tests that look at the terminal are to see none. */
function withoutColour(env: Variables): Variables {
  const { FORCE_COLOR: _force, NO_COLOR: _no, ...rest } = env;
  return rest;
}

/** Recognises the call of a test runner, however it is started. */
export function recogniseTest(
  words: readonly Word[],
  env: Record<string, string>,
  directory: string,
): TestCommand | null {
  const { env: own, rest } = unwrap(words);
  const all = { ...env, ...own };
  const program = programName(rest[0]?.plain ?? '');
  if (program === 'glob') return recogniseTest(commandForGlob(rest), all, directory);
  if (program === 'node' || program === 'tsx') return recogniseNode(program, rest.slice(1), all, directory);
  if (/^python[0-9.]*$/.test(program) && rest[1]?.plain === '-m') {
    return recogniseTest(rest.slice(2), all, directory);
  }
  for (const runner of Object.values(runners)) {
    const called = runner.programs.find((name) => isCalled(name, program, rest));
    if (called === undefined) continue;
    return {
      runner: runner.name,
      directory,
      ...runner.split(rest.slice(called.split(' ').length)),
      env: all,
    };
  }
  return null;
}

/** `glob -c "tsx --test" "test/**"` calls a command with the files that it finds, as a runner does by itself. */
function commandForGlob(words: readonly Word[]): Word[] {
  const at = words.findIndex(({ plain }) => plain === '-c' || plain === '--cmd');
  const called = at < 0 ? [] : (parseCommands(words[at + 1]?.plain ?? '')[0] ?? []);
  return [...called, ...words.slice(at + 2).filter(({ plain }) => !plain.startsWith('-'))];
}

/** A program's name may have a subcommand: `go test`. */
function isCalled(name: string, program: string, words: readonly Word[]): boolean {
  const [own, subcommand] = name.split(' ');
  return own === program && (subcommand === undefined || subcommand === words[1]?.plain);
}

/** `node --test ...`, or a runner's own file under node with node's own options. */
function recogniseNode(
  program: string,
  words: readonly Word[],
  env: Variables,
  directory: string,
): TestCommand | null {
  if (words.some((word) => word.plain === '--test')) {
    const { options, targets } = runners['node-test'].split(words);
    const loader = program === 'tsx' ? ['--import=tsx'] : [];
    return { runner: 'node-test', directory, options: [...loader, ...options], targets, env: { ...env } };
  }
  const at = firstTarget(words, nodeOptionsWithValue);
  const script = words[at];
  if (script === undefined || !/(^|\/)node_modules\//.test(script.plain)) return null;
  const inner = [{ plain: installedProgram(script.plain), shell: script.shell }, ...words.slice(at + 1)];
  const nodeOptions = [env.NODE_OPTIONS ?? [], ...words.slice(0, at).map((word) => word.plain)].flat();
  const nodeEnv = nodeOptions.length > 0 ? { NODE_OPTIONS: nodeOptions.join(' ') } : {};
  return recogniseTest(inner, { ...env, ...nodeEnv }, directory);
}

/** A file of an installed package is called like its program, or anyhow, as `vitest/dist/cli-wrapper.js` is. */
function installedProgram(path: string): string {
  const name = programName(path);
  const inPackage = /(?:^|\/)node_modules\/([^/]+)\/[^/]*\//.exec(path)?.[1] ?? '';
  return !isProgram(name) && isProgram(inPackage) ? inPackage : name;
}

function programName(path: string): string {
  return posix.basename(path).replace(/\.[cm]?js$/, '');
}

/**
 * Takes off assignments and what only sets variables, measures coverage or looks a program up. `yarn jest` runs the
 * program jest unless there is a script of that name.
 */
function unwrap(words: readonly Word[], scripts: Scripts = {}): { env: Variables; rest: Word[] } {
  const { env, rest } = takeAssignments(words);
  const program = rest[0]?.plain ?? '';
  const at = wrappers.has(program) ? 1 : programAfter(rest, scripts);
  const inner = rest.slice(at);
  const start = at === 0 ? -1 : inner.findIndex((word) => isProgram(word.plain));
  if (start < 0) return { env, rest };
  const before = takeAssignments(inner.slice(0, start).filter((word) => word.plain.includes('=')));
  const nested = unwrap(inner.slice(start), scripts);
  return { env: { ...env, ...before.env, ...nested.env }, rest: nested.rest };
}

/** Where the program begins that a package manager is to look up; 0 when it is not to. */
function programAfter(words: readonly Word[], scripts: Scripts): number {
  const [manager, ...rest] = words.map((word) => word.plain);
  if (!scriptRunners.has(manager ?? '')) return 0;
  if (['exec', 'x', 'dlx'].includes(rest[0] ?? '')) return 2;
  const at = rest.findIndex((word) => word !== 'run' && !word.startsWith('-'));
  const name = rest[at] ?? '';
  return manager !== 'npm' && isProgram(name) && !hasScript(scripts, name) ? at + 1 : 0;
}

function isProgram(word: string): boolean {
  const name = programName(word);
  return (
    ['node', 'tsx', 'glob', 'npm', 'pnpm', 'yarn'].includes(name) ||
    wrappers.has(name) ||
    buildPrograms.has(name) ||
    Object.values(runners).some((runner) => runner.programs.includes(name))
  );
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

function commandsOf(scripts: Scripts, name: string): Word[][] {
  return hasScript(scripts, name) ? parseCommands(scripts[name] as string) : [];
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
