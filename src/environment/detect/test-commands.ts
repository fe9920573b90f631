import type { TestCommand } from '../../core/environment.ts';
import { joinDirectory } from '../directories.ts';
import { recogniseTest } from '../node/recognise-test.ts';
import { recognisePythonTests } from '../python/test-commands.ts';
import { parseCommands, type Word } from '../shell-words.ts';

/**
 * A test command in a person's words: through a known runner, so that every test is known by name, else by its exit
 * code. `cd DIRECTORY && RUNNER` counts as a runner's call.
 */
export function testCommand(text: string, directory: string): TestCommand {
  const { words, at } = withoutMove(text, directory);
  const known = words === null || /^(\.\.|\/)/.test(at) ? null : recogniseTest(words, {}, at);
  return (
    known ??
    recognisePythonTests(text, directory) ?? {
      runner: 'command',
      directory,
      options: [text],
      targets: [],
      env: {},
    }
  );
}

/** The one command that there is and where it runs; null when there are more. */
function withoutMove(text: string, directory: string): { words: Word[] | null; at: string } {
  const [first, ...others] = parseCommands(text);
  if (first === undefined) return { words: null, at: directory };
  const [cd, target, ...more] = first;
  const isMove = cd?.plain === 'cd' && target !== undefined && more.length === 0 && text.includes('&&');
  if (!isMove) return { words: others.length === 0 ? first : null, at: directory };
  const at = joinDirectory(directory, target.plain);
  return { words: others.length === 1 ? (others[0] as Word[]) : null, at };
}
