import { quoteWord } from '../shell-words.ts';
import type { Job } from './workflows.ts';

/** What a list of steps does, by what its commands look like. */
export interface Steps {
  /** Where they are written down. */
  source: string;
  /** For root: system packages. */
  setup: string[];
  install: string[];
  build: string[];
  tests: { command: string; directory: string }[];
  env: Record<string, string>;
}

const aside =
  /\b(e?s?lint|fmt|format|prettier|types?|typecheck|codecov|coveralls|deploy|publish|upload|audit|docker|gh|release|size|bench(mark)?|performance|docs|corepack)\b|\bgit (push|commit|tag|config)\b/;
const test = /\b(tests?|check|ctest|pytest|tox|nox|unittest|specs?|rspec|phpunit|prove)\b/;
const build = /^(make|ninja|cmake)\b|\b(build|compile)\b/;
const system = /\bsudo\b|^apt(-get)?\b/;
const isBlock = /^\s*(if|for|while|case|function)\b|<<|\\$|[{(]$/m;

/** Sorts a job's commands. What publishes or lints is left out, and so is what comes after the tests. */
export function sortSteps({ source, steps }: Job): Steps {
  const sorted: Steps = { source, setup: [], install: [], build: [], tests: [], env: {} };
  for (const { run, directory, env } of steps) {
    const inside = (command: string) =>
      directory === '' ? command : `cd ${quoteWord(directory)} && ${command}`;
    for (const command of isBlock.test(run) ? [run.trim()] : linesOf(run)) {
      const words = firstWords(command);
      if (aside.test(words)) continue;
      if (system.test(command)) sorted.setup.push(command.replaceAll(/\bsudo( -[EHn])*\s+/g, ''));
      else if (test.test(words)) sorted.tests.push({ command, directory });
      else if (sorted.tests.length > 0) continue;
      else if (build.test(words)) sorted.build.push(inside(command));
      else sorted.install.push(inside(command));
    }
    Object.assign(sorted.env, env);
  }
  return { ...sorted, setup: withPackageLists(sorted.setup) };
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
