import type { TestCommand } from '../../core/environment.ts';
import { isTestPath } from '../../text/test-paths.ts';
import { nodeOptionsWithValue } from '../runners/node/node-test.ts';
import { firstTarget } from '../runners/split-arguments.ts';
import type { Word } from '../shell-words.ts';
import { isNamedAsBuild } from './build-scripts.ts';
import { programName, type Variables } from './recognise-test.ts';

/** A file of tests that Node runs as it is. */
export interface TestProgram {
  words: readonly Word[];
  env: Variables;
  directory: string;
}

/** Whether a command of a script has Node run a file that is a test by its path. */
export function isTestProgram(script: string, words: readonly Word[]): boolean {
  if (isNamedAsBuild(script)) return false; // it makes the tests
  const [program, ...rest] = words;
  const file = rest[firstTarget(rest, nodeOptionsWithValue)]?.plain ?? '';
  return programName(program?.plain ?? '') === 'node' && isTestPath(file.replace(/^\.\//, ''));
}

/** One test, which passes when the program ends well. */
export function byExitCode({ words, env, directory }: TestProgram): TestCommand {
  const options = [words.map((word) => word.shell).join(' ')];
  return { runner: 'command', directory, options, targets: [], env: { ...env } };
}

/** The same file under Node's own runner. What the file itself gets on its command line no runner hands on. */
export function underNodeTest(program: TestProgram): TestCommand {
  const [, ...words] = program.words;
  const at = firstTarget(words, nodeOptionsWithValue);
  const file = words[at];
  if (file === undefined || at < words.length - 1 || !/\.[cm]?[jt]s$/.test(file.plain))
    return byExitCode(program);
  const options = words.slice(0, at).map((word) => word.shell);
  const { directory, env } = program;
  return { runner: 'node-test', directory, options, targets: [file.shell], env: { ...env } };
}
