import { posix } from 'node:path';
import type { TestCommand } from '../../core/environment.ts';
import { splitWords } from '../../text/split-words.ts';
import { joinDirectory } from '../directories.ts';
import { runners } from '../runners/runners.ts';
import { parseCommands, takeAssignments, type Word } from '../shell-words.ts';

const wrappers = new Set(['uv', 'poetry', 'pdm', 'hatch', 'pipenv', 'rye', 'pixi']);
const plainWrappers = new Set(['xvfb-run', 'time', 'env', 'exec', 'sudo', 'nice', 'catchsegv']);

/** Options of `coverage run` that take the next word as their value. */
const measuringOptions = splitWords(
  '--source --include --omit --rcfile --concurrency --context --data-file --source-pkgs',
);

/** What is left of a command line, with what the words before it set. */
interface Call {
  words: readonly Word[];
  env: Record<string, string>;
  directory: string;
}

type PythonRunner = 'pytest' | 'unittest' | 'django';

/** Recognises the call of one of Python's test runners in a line of a script; null when there is none. */
export function recognisePythonTests(line: string, directory: string): TestCommand | null {
  let at = directory;
  for (const words of parseCommands(line)) {
    if (words[0]?.plain === 'cd') at = joinDirectory(at, words[1]?.plain ?? '');
    else if (!at.startsWith('..') && !at.startsWith('/')) {
      const found = recognise({ words, env: {}, directory: at });
      if (found !== null) return found;
    }
  }
  return null;
}

function recognise(call: Call): TestCommand | null {
  const { env, rest } = takeAssignments(call.words);
  const whole = { ...call, env: { ...call.env, ...env }, words: rest };
  const next = after(whole, 1);
  const program = nameOf(rest[0]);
  if (wrappers.has(program)) return afterWrapper(next);
  if (plainWrappers.has(program)) return recognise({ ...next, words: withoutOptions(next.words, []) });
  if (/^coverage[\d.]*$/.test(program))
    return next.words[0]?.plain === 'run' ? measured(after(next, 1)) : null;
  if (/^(python|pypy)[\d.]*$/.test(program)) return interpreted(next);
  if (program === 'manage.py' || program === 'runtests.py') return script(whole);
  if (/^django(-admin(\.py)?)?$/.test(program)) return django(['-m', 'django'], next);
  if (/^nose(tests|2?)[\d.-]*$/.test(program)) return withRunner('pytest', { ...next, words: [] });
  if (/^(pytest|py\.test)[\d.-]*$/.test(program)) return withRunner('pytest', next);
  return program === 'unittest' || program === 'unit2' ? withRunner('unittest', next) : null;
}

function after(call: Call, count: number): Call {
  return { ...call, words: call.words.slice(count) };
}

function nameOf(first: Word | undefined): string {
  return posix.basename(first?.plain ?? '');
}

/** `uv run --group test pytest`: the first word that starts a runner. */
function afterWrapper(call: Call): TestCommand | null {
  if (!['run', 'exec'].includes(call.words[0]?.plain ?? '')) return null;
  for (const [index, { plain }] of call.words.entries()) {
    if (index === 0 || plain.startsWith('-')) continue;
    const found = recognise(after(call, index));
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
function measured(call: Call): TestCommand | null {
  const target = { ...call, words: withoutOptions(call.words, measuringOptions) };
  return asModule(call, target) ?? script(target) ?? recognise(target);
}

/** What Python runs. */
function interpreted(call: Call): TestCommand | null {
  const target = { ...call, words: withoutOptions(call.words, ['-W', '-X', '-c']) };
  return asModule(call, target) ?? script(target);
}

/** What comes after `-m`, where that is one of the options before the target. */
function asModule(call: Call, target: Call): TestCommand | null {
  const at = call.words.findIndex(({ plain }) => plain === '-m');
  const isOption = at >= 0 && at <= call.words.length - target.words.length;
  return isOption ? recognise(after(call, at + 1)) : null;
}

function script(call: Call): TestCommand | null {
  const [first] = call.words;
  const next = after(call, 1);
  const name = nameOf(first);
  if (first === undefined) return null;
  if (name === 'manage.py') return django([first.shell], next);
  if (name === 'runtests.py') return withRunner('django', next, [first.shell]);
  const isTest = name === 'setup.py' && /^(test|pytest)$/.test(next.words[0]?.plain ?? '');
  return isTest ? withRunner('pytest', { ...next, words: [] }) : null;
}

function django(program: readonly string[], call: Call): TestCommand | null {
  const isTest = call.words[0]?.plain === 'test';
  return isTest ? withRunner('django', after(call, 1), [...program, 'test']) : null;
}

/** `before` are words that start the runner, which are kept with its options. */
function withRunner(
  runner: PythonRunner,
  { words, env, directory }: Call,
  before: readonly string[] = [],
): TestCommand {
  const { options, targets } = runners[runner].split(words);
  return { runner, directory, options: [...before, ...options], targets, env };
}
