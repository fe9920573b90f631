import { quoteWord } from '../../text/quote-word.ts';
import type { Word } from '../shell-words.ts';
import { calledScripts, commandsOf, maximumDepth, type Scripts } from './called-scripts.ts';
import { buildPrograms, unwrap } from './recognise-test.ts';

const buildNames =
  /^(pre)?(build|compile|bundle|generate|dist|transpile|tsc|prepare|babel)([:-]|$)|[:-](build|compile)$/;
/** What no test loads, and takes long, or only removes what was built. */
const asideNames =
  /[:-](docs?|man|site|website|demo|examples?|storybook|watch|reset|clean)$|^(docs?|site|website|demo|examples?|storybook)[:-]/;

/** Whether a command of a script builds something. */
export function isBuild(script: string, words: readonly Word[]): boolean {
  const [program, ...rest] = words.map((word) => word.plain);
  if (rest.includes('--noEmit')) return false;
  return buildPrograms.has(program ?? '') || isBuildName(script);
}

/** Commands for the script itself when it builds what tests may load; else for those of that kind that it calls. */
export function buildsBehind(scripts: Scripts, name: string, extra: readonly Word[], depth = 0): string[] {
  if (isBuildName(name)) return [runOf(name, extra)];
  if (!buildNames.test(name) || depth > maximumDepth) return [];
  return commandsOf(scripts, name).flatMap((words) => {
    const called = calledScripts(unwrap(words, scripts).rest, scripts);
    return called.names.flatMap((each) => buildsBehind(scripts, each, called.extra, depth + 1));
  });
}

function runOf(script: string, extra: readonly Word[]): string {
  const added = extra.length === 0 ? [] : ['--', ...extra.map((word) => word.shell)];
  return ['npm run', quoteWord(script), ...added].join(' ');
}

/** Whether a script of that name says how what it names is built. */
export function isNamedAsBuild(name: string): boolean {
  return buildNames.test(name);
}

function isBuildName(name: string): boolean {
  return buildNames.test(name) && !asideNames.test(name);
}
