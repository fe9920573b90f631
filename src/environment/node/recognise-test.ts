import { posix } from 'node:path';
import type { TestCommand } from '../../core/environment.ts';
import { nodeOptionsWithValue } from '../runners/node/node-test.ts';
import { runners } from '../runners/runners.ts';
import { firstTarget } from '../runners/split-arguments.ts';
import { parseCommands, takeAssignments, type Word } from '../shell-words.ts';
import { hasScript, type Scripts, scriptRunners } from './called-scripts.ts';

export type Variables = Readonly<Record<string, string>>;

export const buildPrograms = new Set([
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
  'istanbul',
  'cross-env',
  'cross-env-shell',
  'bunx',
  'dotenv',
  'pnpx',
  'env',
]);

/** Recognises the call of a test runner, however it is started. */
export function recogniseTest(
  words: readonly Word[],
  env: Record<string, string>,
  directory: string,
): TestCommand | null {
  const { env: own, rest } = unwrap(words);
  const all = { ...env, ...own };
  const program = programName(rest[0]?.plain ?? '');
  if (program === 'ts-mocha') return recogniseTest(...mochaForTypeScript(rest, all), directory);
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

/** ts-mocha is mocha with a module that it comes with, which takes its settings from variables. */
function mochaForTypeScript(words: readonly Word[], env: Variables): [Word[], Record<string, string>] {
  const at = words.findIndex(({ plain }) => plain === '-p' || plain === '--project');
  const project = at < 0 ? undefined : words[at + 1]?.plain;
  const rest = words.slice(1).filter((word, index) => {
    const isProject = project !== undefined && (index + 1 === at || index === at);
    return !isProject && !/^--(paths|type-check)$/.test(word.plain);
  });
  const before = ['mocha', '-r', 'ts-mocha'].map((plain) => ({ plain, shell: plain }));
  return [[...before, ...rest], { ...env, ...(project === undefined ? {} : { TS_NODE_PROJECT: project }) }];
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

/**
 * `node --test ...`, or a runner's own file under node with node's own options, or a program of the repository's that
 * prepares something and calls the runner that it is given: `node bin/with-proxy.js mocha test`.
 */
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
  if (script === undefined) return null;
  if (!/(^|\/)node_modules\//.test(script.plain)) {
    const [called, ...more] = words.slice(at + 1);
    return called === undefined || /[./]/.test(called.plain)
      ? null
      : recogniseTest([called, ...more], env, directory);
  }
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

export function programName(path: string): string {
  return posix.basename(path).replace(/\.[cm]?js$/, '');
}

/**
 * Takes off assignments and what only sets variables, measures coverage or looks a program up. `yarn jest` runs the
 * program jest unless there is a script of that name.
 */
export function unwrap(words: readonly Word[], scripts: Scripts = {}): { env: Variables; rest: Word[] } {
  const { env, rest } = takeAssignments(words);
  const program = rest[0]?.plain ?? '';
  const at = wrappers.has(program) ? 1 : programAfter(rest, scripts);
  const inner = rest.slice(at);
  const start = at === 0 ? -1 : inner.findIndex((word) => isProgram(word.plain));
  if (start < 0) return { env, rest };
  const before = takeAssignments(inner.slice(0, start).filter((word) => word.plain.includes('=')));
  const called = inner.slice(start);
  // istanbul has the program's own options after dashes
  const whole = program === 'istanbul' ? called.filter(({ plain }) => plain !== '--') : called;
  const nested = unwrap(whole, scripts);
  return { env: { ...env, ...before.env, ...nested.env }, rest: nested.rest };
}

/** Where the program begins that a package manager is to look up; 0 when it is not to. */
function programAfter(words: readonly Word[], scripts: Scripts): number {
  const [manager, ...rest] = words.map((word) => word.plain);
  if (!scriptRunners.has(manager ?? '')) return 0;
  const exec = rest.findIndex((word) => !word.startsWith('-'));
  if (['exec', 'x', 'dlx'].includes(rest[exec] ?? '')) return exec + 2;
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
    name === 'ts-mocha' ||
    Object.values(runners).some((runner) => runner.programs.includes(name))
  );
}
