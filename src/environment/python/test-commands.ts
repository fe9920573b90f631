import { posix } from 'node:path';
import type { TestCommand } from '../../core/environment.ts';
import { joinDirectory } from '../directories.ts';
import { runners } from '../runners/runners.ts';
import { parseCommands, takeAssignments, type Word } from '../shell-words.ts';

const wrappers = new Set(['uv', 'poetry', 'pdm', 'hatch', 'pipenv', 'rye', 'pixi']);
const plainWrappers = new Set(['xvfb-run', 'time', 'env', 'exec', 'sudo', 'nice', 'catchsegv']);

/** Recognises the call of one of Python's test runners in a line of a script; null when there is none. */
export function recognisePythonTests(line: string, directory: string): TestCommand | null {
  let at = directory;
  for (const words of parseCommands(line)) {
    if (words[0]?.plain === 'cd') at = joinDirectory(at, words[1]?.plain ?? '');
    else if (!at.startsWith('..') && !at.startsWith('/')) {
      const found = recognise(words, {}, at);
      if (found !== null) return found;
    }
  }
  return null;
}

function recognise(
  words: readonly Word[],
  outer: Record<string, string>,
  directory: string,
): TestCommand | null {
  const { env: own, rest } = takeAssignments(words);
  const env = { ...outer, ...own };
  const program = nameOf(rest[0]);
  const next = rest.slice(1);
  if (wrappers.has(program)) return afterWrapper(next, env, directory);
  if (plainWrappers.has(program)) return recognise(withoutOptions(next, []), env, directory);
  if (/^coverage[\d.]*$/.test(program))
    return next[0]?.plain === 'run' ? measured(next.slice(1), env, directory) : null;
  if (/^(python|pypy)[\d.]*$/.test(program)) return interpreted(next, env, directory);
  if (program === 'manage.py' || program === 'runtests.py') return script(rest, env, directory);
  if (/^django(-admin(\.py)?)?$/.test(program))
    return django([word('-m'), word('django')], next, env, directory);
  if (/^(nosetests|nose2?|pytest|py\.test)[\d.-]*$/.test(program))
    return withRunner('pytest', program.startsWith('nose') ? [] : next, env, directory);
  if (program === 'unittest' || program === 'unit2') return withRunner('unittest', next, env, directory);
  return null;
}

function nameOf(first: Word | undefined): string {
  return posix.basename(first?.plain ?? '');
}

function word(text: string): Word {
  return { plain: text, shell: text };
}

/** `uv run --group test pytest`: the first word that starts a runner. */
function afterWrapper(
  words: readonly Word[],
  env: Record<string, string>,
  directory: string,
): TestCommand | null {
  if (!['run', 'exec'].includes(words[0]?.plain ?? '')) return null;
  for (const [index] of words.entries()) {
    if (index === 0 || words[index]?.plain.startsWith('-')) continue;
    const found = recognise(words.slice(index), env, directory);
    if (found !== null) return found;
  }
  return null;
}

function withoutOptions(words: readonly Word[], withValue: readonly string[]): readonly Word[] {
  const first = words[0]?.plain ?? '';
  if (!first.startsWith('-')) return words;
  return withoutOptions(words.slice(withValue.includes(first) ? 2 : 1), withValue);
}

/** What `coverage run` runs. */
function measured(
  words: readonly Word[],
  env: Record<string, string>,
  directory: string,
): TestCommand | null {
  const options = [
    '--source',
    '--include',
    '--omit',
    '--rcfile',
    '--concurrency',
    '--context',
    '--data-file',
    '--source-pkgs',
  ];
  const at = words.findIndex((one) => one.plain === '-m');
  const target = withoutOptions(words, options);
  if (at >= 0 && at <= words.length - target.length) return recognise(words.slice(at + 1), env, directory);
  return script(target, env, directory) ?? recognise(target, env, directory);
}

function interpreted(
  words: readonly Word[],
  env: Record<string, string>,
  directory: string,
): TestCommand | null {
  const at = words.findIndex((one) => one.plain === '-m');
  const target = withoutOptions(words, ['-W', '-X', '-c']);
  if (at < 0 || at > words.length - target.length) return script(target, env, directory);
  return recognise(words.slice(at + 1), env, directory);
}

function script(words: readonly Word[], env: Record<string, string>, directory: string): TestCommand | null {
  const [first, ...next] = words;
  const name = nameOf(first);
  if (first === undefined) return null;
  if (name === 'manage.py') return django([first], next, env, directory);
  if (name === 'runtests.py')
    return {
      ...withRunner('django', next, env, directory),
      options: [first.shell, ...split('django', next).options],
    };
  if (name === 'setup.py' && /^(test|pytest)$/.test(next[0]?.plain ?? ''))
    return withRunner('pytest', [], env, directory);
  return null;
}

function django(
  program: readonly Word[],
  words: readonly Word[],
  env: Record<string, string>,
  directory: string,
): TestCommand | null {
  if (words[0]?.plain !== 'test') return null;
  const found = withRunner('django', words.slice(1), env, directory);
  return { ...found, options: [...program.map((one) => one.shell), 'test', ...found.options] };
}

function split(runner: 'pytest' | 'unittest' | 'django', words: readonly Word[]) {
  return runners[runner].split(words);
}

function withRunner(
  runner: 'pytest' | 'unittest' | 'django',
  words: readonly Word[],
  env: Record<string, string>,
  directory: string,
): TestCommand {
  return { runner, directory, ...split(runner, words), env };
}
