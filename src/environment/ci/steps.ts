import { inDirectory } from '../directories.ts';
import type { Job } from './jobs.ts';

/** What a list of steps does, by what its commands look like. */
export interface Steps {
  /** Where they are written down. */
  source: string;
  /** For root: system packages. */
  setup: string[];
  install: string[];
  build: string[];
  tests: { command: string; directory: string }[];
  /** Whether the tests are called tests; else something is checked, which may be them. */
  namesTests: boolean;
  env: Record<string, string>;
}

const aside =
  /(?:\b|_)(e?s?lint|fmt|format|prettier|types?|typecheck|codecov|coveralls|deploy|publish|upload|audit|docker|gh|release|size|bench(mark)?|performance|docs|corepack)\b|\bgit (push|commit|tag|config)\b/;
const test = /\b(tests?|testonly|ctest|pytest|tox|nox|unittest|specs?|rspec|phpunit|prove)\b/;
/** As in `make check`; `check-links` and `check:spelling` look at something else than tests. */
const check = /(?<!\S)check(?!\S)/;
/** `make deps` installs. */
const install = /^make\s+[\w-]*(deps|dependencies|install|setup|bootstrap|requirements|init|venv)\b/;
const build = /^(make|ninja|cmake)\b|\b(build|compile)\b/;
const system = /\bsudo\b|^apt(-get)?\b/;
const isBlock = /^\s*(if|for|while|case|function)\b|<<|\\$|[{(]$/m;

interface Command {
  command: string;
  /** Its beginning. */
  words: string;
  directory: string;
}

/** Sorts a job's commands. What publishes or lints is left out, and so is what comes after the tests. */
export function sortSteps({ source, steps }: Job): Steps {
  const commands = steps.flatMap(commandsOf).filter(({ words }) => !aside.test(words));
  const namesTests = commands.some(({ words }) => test.test(words));
  const tests = namesTests ? test : check;
  const sorted: Steps = { source, setup: [], install: [], build: [], tests: [], namesTests, env: {} };
  for (const { command, words, directory } of commands) {
    const inside = inDirectory(directory, command);
    if (system.test(command)) sorted.setup.push(command.replaceAll(/\bsudo( -[EHn])*\s+/g, ''));
    else if (tests.test(words)) sorted.tests.push({ command, directory });
    else if (sorted.tests.length > 0 || check.test(words)) continue;
    else if (build.test(words) && !install.test(words)) sorted.build.push(inside);
    else sorted.install.push(inside);
  }
  Object.assign(sorted.env, ...steps.map(({ env }) => env));
  return { ...sorted, setup: withPackageLists(sorted.setup) };
}

function commandsOf({ run, directory }: Job['steps'][number]): Command[] {
  const lines = isBlock.test(run) ? [run.trim()] : linesOf(run);
  return lines.map((command) => ({ command, words: firstWords(command), directory }));
}

function linesOf(run: string): string[] {
  return run
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** What is done stands at a command's beginning; names of files and messages come after. */
function firstWords(command: string): string {
  const withoutVariables = command.replace(/^(\w+=\S*\s+)+/, '');
  return withoutVariables.split(/\s+/).slice(0, 5).join(' ');
}

/** An image has no package lists, and nobody is there to say yes. */
function withPackageLists(setup: readonly string[]): string[] {
  if (setup.length === 0) return [];
  const all = setup.map((command) => command.replace(/\bapt(-get)? install\b(?! -y)/, 'apt-get install -y'));
  return all.some((command) => /\bapt(-get)? update\b/.test(command)) ? all : ['apt-get update', ...all];
}
