import type { TestCommand } from '../../core/environment.ts';
import { runners } from '../runners/runners.ts';
import { parseCommands, takeAssignments, type Word } from '../shell-words.ts';

export type Scripts = Readonly<Record<string, string>>;

export interface ScriptPlan {
  /** Commands that the scripts run before their tests and that build something. */
  build: string[];
  tests: TestCommand[];
}

const buildNames = /^(pre)?(build|compile|bundle|generate|dist|transpile|tsc|prepare|babel)([:-]|$)/;
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
const scriptRunners = new Set(['npm', 'pnpm', 'yarn', 'bun']);
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
const runOptions = /^(-s|--silent|--if-present|-w|--workspaces|-ws|-r|--recursive)$/;
const maximumDepth = 8;

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
    if (scripts[entry] === undefined) continue;
    const plan = collect(scripts, entry, directory);
    if (plan.tests.length > 0) return plan;
  }
  return { build: [], tests: [] };
}

function collect(scripts: Scripts, entry: string, directory: string): ScriptPlan {
  const plan: ScriptPlan = { build: [], tests: [] };
  visit(entry, {}, 0);
  return { build: [...new Set(plan.build)], tests: distinct(plan.tests) };

  function visit(name: string, env: Record<string, string>, depth: number): void {
    if (depth > maximumDepth) return;
    for (const phase of [`pre${name}`, name]) {
      for (const words of parseCommands(scripts[phase] ?? '')) visitCommand(phase, words, env, depth);
    }
  }

  function visitCommand(script: string, words: Word[], outer: Record<string, string>, depth: number): void {
    const { env, rest } = unwrap(words);
    const all = { ...outer, ...env };
    const called = calledScripts(rest, scripts);
    if (called.length > 0) {
      for (const name of called) {
        if (reachesRunner(scripts, name)) visit(name, all, depth + 1);
        else if (plan.tests.length === 0 && buildNames.test(name)) plan.build.push(`npm run ${name}`);
      }
      return;
    }
    const test = recogniseTest(rest, withoutColour(all), directory);
    if (test !== null) plan.tests.push(test);
    else if (plan.tests.length === 0 && isBuild(script, rest)) {
      plan.build.push(rest.map((word) => word.shell).join(' '));
    }
  }
}

function isBuild(script: string, words: readonly Word[]): boolean {
  const [program, ...rest] = words.map((word) => word.plain);
  if (rest.includes('--noEmit')) return false;
  return buildPrograms.has(program ?? '') || buildNames.test(script);
}

/** Colours in a report's messages are of no use, and tests that look at the terminal are to see none. */
function withoutColour(env: Record<string, string>): Record<string, string> {
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
  if (program === 'node' || program === 'tsx') return recogniseNode(program, rest.slice(1), all, directory);
  if (/^python[0-9.]*$/.test(program) && rest[1]?.plain === '-m') {
    return recogniseTest(rest.slice(2), all, directory);
  }
  const runner = Object.values(runners).find((candidate) => candidate.programs.includes(program));
  if (runner === undefined) return null;
  return { runner: runner.name, directory, ...runner.split(rest.slice(1)), env: all };
}

/** `node --test ...`, or a runner's own file under node with node's own options. */
function recogniseNode(
  program: string,
  words: readonly Word[],
  env: Record<string, string>,
  directory: string,
): TestCommand | null {
  if (words.some((word) => word.plain === '--test')) {
    const { options, targets } = runners['node-test'].split(words);
    const loader = program === 'tsx' ? ['--import=tsx'] : [];
    return { runner: 'node-test', directory, options: [...loader, ...options], targets, env };
  }
  const at = words.findIndex((word) => /\.[cm]?js$|\/\.bin\//.test(word.plain));
  const script = words[at];
  if (script === undefined) return null;
  const inner = [{ plain: programName(script.plain), shell: script.shell }, ...words.slice(at + 1)];
  const nodeOptions = words.slice(0, at).map((word) => word.plain);
  const nodeEnv = nodeOptions.length > 0 ? { NODE_OPTIONS: nodeOptions.join(' ') } : {};
  return recogniseTest(inner, { ...env, ...nodeEnv }, directory);
}

function programName(path: string): string {
  return path
    .split('/')
    .at(-1)
    ?.replace(/\.[cm]?js$/, '') as string;
}

/** Takes off assignments and wrappers that only set variables or measure coverage. */
function unwrap(words: readonly Word[]): { env: Record<string, string>; rest: Word[] } {
  const { env, rest } = takeAssignments(words);
  const program = rest[0]?.plain ?? '';
  const isExec = scriptRunners.has(program) && ['exec', 'x', 'dlx'].includes(rest[1]?.plain ?? '');
  if (!wrappers.has(program) && !isExec) return { env, rest };
  const inner = rest.slice(isExec ? 2 : 1);
  const start = inner.findIndex((word) => isProgram(word.plain));
  if (start < 0) return { env, rest };
  const before = takeAssignments(inner.slice(0, start).filter((word) => word.plain.includes('=')));
  const nested = unwrap(inner.slice(start));
  return { env: { ...env, ...before.env, ...nested.env }, rest: nested.rest };
}

function isProgram(word: string): boolean {
  const name = programName(word);
  return (
    ['node', 'tsx', 'npm', 'pnpm', 'yarn'].includes(name) ||
    wrappers.has(name) ||
    Object.values(runners).some((runner) => runner.programs.includes(name))
  );
}

/** The scripts that a command calls through a package manager or npm-run-all; empty when it calls none. */
function calledScripts(words: readonly Word[], scripts: Scripts): string[] {
  const plain = words.map((word) => word.plain);
  const program = programName(plain[0] ?? '');
  if (['run-s', 'run-p', 'npm-run-all', 'npm-run-all2'].includes(program)) {
    return plain.slice(1).flatMap((pattern) => matchingScripts(pattern, scripts));
  }
  if (!scriptRunners.has(program)) return [];
  const rest = plain.slice(1).filter((word) => !runOptions.test(word));
  const explicit = rest[0] === 'run' || rest[0] === 'run-script';
  const name = (explicit ? rest[1] : rest[0]) ?? '';
  const asPattern = /^\/(.*)\/$/.exec(name);
  if (asPattern) return Object.keys(scripts).filter((key) => new RegExp(asPattern[1] as string).test(key));
  if (name === 't' || name === 'tst') return scripts['test'] === undefined ? [] : ['test'];
  return scripts[name] === undefined ? [] : [name];
}

function matchingScripts(pattern: string, scripts: Scripts): string[] {
  if (!pattern.includes('*')) return scripts[pattern] === undefined ? [] : [pattern];
  const expression = new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*')}$`);
  return Object.keys(scripts).filter((name) => expression.test(name));
}

function reachesRunner(scripts: Scripts, name: string, depth = 0): boolean {
  if (depth > maximumDepth) return false;
  return [`pre${name}`, name].some((phase) =>
    parseCommands(scripts[phase] ?? '').some((words) => {
      const { rest } = unwrap(words);
      if (recogniseTest(rest, {}, '') !== null) return true;
      return calledScripts(rest, scripts).some((called) => reachesRunner(scripts, called, depth + 1));
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
    const key = [test.runner, test.directory, ...test.targets].join('\0');
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
