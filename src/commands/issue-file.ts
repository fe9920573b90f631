import { createReadStream } from 'node:fs';
import { messageOf, OperationalError } from '../core/errors.ts';

/** GitHub takes 65,536 characters for an issue's text, of up to four bytes each. */
const maximumBytes = 4 * 65_536;
const titleCharacters = 256;

/** Reads an issue from a file, or from standard input for `-`. Rejects with `bad_issue`. */
export async function readIssue(path: string): Promise<{ title: string; body: string }> {
  const content = (await readAll(path)).trim();
  if (content === '')
    throw new OperationalError(
      'bad_issue',
      `The issue ${nameOf(path)} is empty: write what is wrong, and what is expected.`,
    );
  return parseIssue(content);
}

/** The first line is the title. One that is too long for a title is also part of the body, so that nothing is lost. */
export function parseIssue(content: string): { title: string; body: string } {
  const [first = '', ...rest] = content.split('\n');
  const line = first.replace(/^#+\s+/, '').trim();
  const title = line
    .slice(0, titleCharacters)
    .replace(/[\ud800-\udbff]$/, '')
    .trim();
  return { title, body: line.length > titleCharacters ? content : rest.join('\n').trim() };
}

/** The whole text, whatever the path leads to: a pipe tells no size, and some devices have no end. */
async function readAll(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of path === '-' ? process.stdin : createReadStream(path)) {
      size += chunk.length;
      if (size > maximumBytes) throw tooLarge(path);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof OperationalError) throw error;
    throw new OperationalError('bad_issue', `The issue ${nameOf(path)} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return Buffer.concat(chunks).toString();
}

function tooLarge(path: string): OperationalError {
  return new OperationalError(
    'bad_issue',
    `The issue ${nameOf(path)} has more than the ${maximumBytes} bytes that an issue can have: keep what tells the problem, and leave out logs.`,
  );
}

function nameOf(path: string): string {
  return path === '-' ? 'on standard input' : path;
}
