import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readIssue } from '../../src/commands/issue-file.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ai-fix-issue-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function read(content: string | Buffer) {
  const path = join(directory, 'issue.md');
  await writeFile(path, content);
  return readIssue(path);
}

describe('readIssue', () => {
  it.each([
    ['It fails\n\nWhen the list is empty.\n', 'It fails', 'When the list is empty.'],
    ['# It fails\nWhen the list is empty.', 'It fails', 'When the list is empty.'],
    ['\n\n  ## It fails  \n\n\nOne.\n\nTwo.\n\n', 'It fails', 'One.\n\nTwo.'],
    ['It fails', 'It fails', ''],
    ['\ufeffIt fails\r\n\r\nOn Windows.\r\n', 'It fails', 'On Windows.'],
    ['#1234 is back\nx', '#1234 is back', 'x'],
    ['Grüße 世界 🙂\nnaïve', 'Grüße 世界 🙂', 'naïve'],
  ])('takes the first line of %j as the title and the rest as the body', async (content, title, body) => {
    expect(await read(content)).toEqual({ title, body });
  });

  it('loses nothing of a first line that is too long for a title', async () => {
    const line = `It fails ${'and fails '.repeat(100)}on Fridays`;
    const issue = await read(`${line}\n\nMore.`);
    expect(issue.title).toBe(line.slice(0, 256).trim());
    expect(issue.body).toBe(`${line}\n\nMore.`);
  });

  it('never cuts a character of the title in two', async () => {
    for (const start of ['', 'a']) {
      expect((await read(start + '🙂'.repeat(300))).title.isWellFormed()).toBe(true);
    }
  });

  it.each(['', '   ', '\n\n\t\n', '\ufeff'])('refuses an issue that says nothing: %j', async (content) => {
    await expect(read(content)).rejects.toMatchObject({
      code: 'bad_issue',
      message: expect.stringMatching(/issue\.md is empty: write what is wrong/),
    });
  });

  it('refuses one that is longer than GitHub takes, and says what to do', async () => {
    await expect(read('x'.repeat(4 * 65_536 + 1))).rejects.toMatchObject({
      code: 'bad_issue',
      message: expect.stringMatching(/more than the 262144 .*leave out logs/),
    });
    expect((await read('x\n'.repeat(2 * 65_536))).title).toBe('x');
  });

  it('refuses an endless one without reading it all', async () => {
    await expect(readIssue('/dev/zero')).rejects.toMatchObject({ code: 'bad_issue' });
  });

  it.each([
    ['that is not there', 'none.md', /none\.md cannot be read: .*no such file/],
    ['that is a directory', '', /cannot be read: .*directory/],
  ])('refuses one %s', async (_, name, message) => {
    await expect(readIssue(join(directory, name))).rejects.toMatchObject({
      code: 'bad_issue',
      message: expect.stringMatching(message),
    });
  });
});

describe('an issue on standard input', () => {
  const program = `import { readIssue } from '${new URL('../../src/commands/issue-file.ts', import.meta.url)}';
    readIssue('-').then(
      (issue) => console.log(JSON.stringify(issue)),
      (error) => console.log(error.code + ': ' + error.message));`;
  const give = (input: string | Buffer) =>
    execa(process.execPath, ['--input-type=module', '-e', program], { input }).then(({ stdout }) => stdout);

  it('is read like a file', async () => {
    expect(JSON.parse(await give('# It fails\n\nWhen 世界.\n'))).toEqual({
      title: 'It fails',
      body: 'When 世界.',
    });
  });

  it('is refused when it is empty', async () => {
    expect(await give('\n')).toMatch(/^bad_issue: The issue on standard input is empty/);
  });

  it('is refused when it is too long in bytes', async () => {
    expect(await give('世'.repeat(100_000))).toMatch(
      /^bad_issue: The issue on standard input .*more than the 262144/,
    );
  });
});
