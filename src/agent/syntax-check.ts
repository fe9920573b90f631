import { posix } from 'node:path';
import { type CommandResult, outputText, type Shell } from '../core/command.ts';
import { numberedLines } from './numbered-lines.ts';
import { type SyntaxProblem, syntaxCheckers } from './syntax-checkers.ts';

const seconds = 20;
/** Ends a check by itself: at the runner's own limit everything in the sandbox would be killed. */
const ownSeconds = 10;
const largestFile = 1024 * 1024;

/** Says what a file that was just written no longer parses for; nothing where it does, or never did. */
export type SyntaxCheck = (
  path: string,
  before: Buffer | null,
  after: Buffer,
  signal: AbortSignal,
) => Promise<string>;

/**
 * Checks files in the sandbox, with what its image has. A file that did not parse before it was first edited is left
 * alone: it is written for another version, or in a dialect.
 */
export function createSyntaxCheck(shell: Shell): SyntaxCheck {
  const parsedOnce = new Map<string, boolean>();
  return async (path, before, after, signal) => {
    if (after.length > largestFile || parsedOnce.get(path) === false) return '';
    const problem = await findProblem(shell, path, after, signal);
    if (problem === null || before === null || parsedOnce.get(path) === true) {
      if (problem === null) parsedOnce.set(path, true);
      return problem === null ? '' : describe(path, problem, after);
    }
    const parsed = (await findProblem(shell, path, before, signal)) === null;
    parsedOnce.set(path, parsed);
    return parsed ? describe(path, problem, after) : '';
  };
}

/** The first syntax error of a text, or null: also where nothing can check it. */
async function findProblem(
  shell: Shell,
  path: string,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<SyntaxProblem | null> {
  const checker = syntaxCheckers[posix.extname(path).toLowerCase()];
  if (checker === undefined) return null;
  let first: SyntaxProblem | null = null;
  for (const script of checker.scripts(bytes.toString('utf8'))) {
    const command = { script: `timeout ${ownSeconds} ${script}`, input: bytes, timeoutSeconds: seconds };
    const result = await shell.run(command, signal);
    const problem = isVerdict(result) ? checker.read(outputText(result)) : null;
    if (problem === null) return null;
    first ??= problem;
  }
  return first;
}

/** An exit code that means "no such program" or "took too long" says nothing about the file. */
function isVerdict({ exitCode }: CommandResult): boolean {
  return exitCode !== 0 && exitCode !== null && exitCode < 124;
}

function describe(path: string, { line, message }: SyntaxProblem, bytes: Buffer): string {
  const lines = bytes.toString('utf8').split('\n');
  const at = Math.min(line ?? lines.length, lines.length);
  const text = numberedLines([(lines[at - 1] ?? '').slice(0, 200)], at);
  return `\nNote: ${path} has a syntax error, in line ${at}: ${message.slice(0, 300)}\n${text}`;
}
