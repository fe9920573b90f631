import { joinContinued } from '../../text/logical-lines.ts';
import { goTest } from '../runners/go/go-test.ts';
import { parseCommands, type Word } from '../shell-words.ts';

const kept = new Set(['tags', 'short', 'p', 'parallel', 'timeout', 'ldflags', 'gcflags']);
/** Tests that need more than the repository has are not what a plain `go test` runs. */
const elsewhere = /integration|e2e|acceptance|docker|cloud|bench|release/i;

/** The options that CI or a Makefile tests all packages with, such as build tags; the race detector is left out. */
export function ciOptions(texts: Iterable<string>): string[] {
  for (const words of [...texts].flatMap(goTestCommands)) {
    const { options, targets } = goTest.split(words);
    const own = keptOptions(options);
    const isWhole = targets.some((target) => target.endsWith('...'));
    if (isWhole && !own.some((word) => /[$`]/.test(word) || elsewhere.test(word))) return own;
  }
  return [];
}

/** The words after each `go test`. */
function goTestCommands(text: string): Word[][] {
  const lines = joinContinued(text).match(/\bgo test\b.*/g) ?? [];
  return lines.flatMap((line) => parseCommands(line).slice(0, 1)).map((words) => words.slice(2));
}

function keptOptions(options: readonly string[]): string[] {
  let isKept = false;
  return options.filter((word) => {
    if (word.startsWith('-')) isKept = kept.has(word.replace(/^--?/, '').replace(/=.*/s, ''));
    return isKept;
  });
}
