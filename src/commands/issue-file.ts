import { readFile, stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { messageOf, OperationalError } from '../core/errors.ts';

/** GitHub takes 65,536 characters for an issue's text, of up to four bytes each. */
const maximumBytes = 4 * 65_536;

/** Reads an issue from a file, or from standard input for `-`: the first line is its title. Rejects with `bad_issue`. */
export async function readIssue(path: string): Promise<{ title: string; body: string }> {
  const content = (await readAll(path)).trim();
  if (content === '')
    throw new OperationalError(
      'bad_issue',
      `The issue ${nameOf(path)} is empty: write what is wrong, and what is expected.`,
    );
  const [first = '', ...rest] = content.split('\n');
  return {
    title: first
      .replace(/^#+\s*/, '')
      .trim()
      .slice(0, 256),
    body: rest.join('\n').trim(),
  };
}

async function readAll(path: string): Promise<string> {
  try {
    if (path === '-') return limited(await text(process.stdin), path);
    const { size } = await stat(path);
    if (size > maximumBytes) throw tooLarge(path, size);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof OperationalError) throw error;
    throw new OperationalError('bad_issue', `The issue ${nameOf(path)} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function limited(content: string, path: string): string {
  if (content.length > maximumBytes) throw tooLarge(path, content.length);
  return content;
}

function tooLarge(path: string, size: number): OperationalError {
  return new OperationalError(
    'bad_issue',
    `The issue ${nameOf(path)} has ${size} bytes, more than the ${maximumBytes} that an issue can have: keep what tells the problem, and leave out logs.`,
  );
}

function nameOf(path: string): string {
  return path === '-' ? 'on standard input' : path;
}
