import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Octokit } from '@octokit/rest';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commitFile, startWithRepository, sums } from '../../support/github.ts';

let test: Awaited<ReturnType<typeof startWithRepository>>;
let app: Octokit;
let directory: string;

beforeAll(async () => {
  test = await startWithRepository();
  app = test.asInstallation(test.installation);
  test.github.createUser('stranger');
  test.github.createUser('rita');
  test.github.setPermission('acme/sums', 'rita', 'read');
});
afterAll(async () => {
  await test.github.settled();
  expect(test.deviations).toEqual([]);
  expect(test.github.requests.filter(({ error }) => error !== null)).toEqual([]);
  await test[Symbol.asyncDispose]();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ai-fix-test-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function git(token: string | null, ...args: string[]): Promise<{ code: number; text: string }> {
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  const settings = [
    'user.name=Ann',
    'user.email=ann@example.org',
    ...(token === null ? [] : [`http.extraHeader=Authorization: Basic ${basic}`]),
  ].flatMap((setting) => ['-c', setting]);
  const result = await execa('git', ['-C', directory, ...settings, ...args], {
    reject: false,
    all: true,
    env: { GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null' },
  });
  return { code: result.exitCode ?? -1, text: result.all };
}

const url = (name = 'sums') => `${test.github.serverUrl}/acme/${name}.git`;
const installationToken = async (body: object = {}) => {
  const { data } = await test.asApp().request('POST /app/installations/{installation_id}/access_tokens', {
    installation_id: test.installation,
    ...body,
  });
  return data.token;
};

async function cloneAndCommit(token: string, file: string): Promise<void> {
  await git(token, 'clone', '--quiet', url(), '.');
  if (file.includes('/')) await execa('mkdir', ['-p', join(directory, file, '..')]);
  await writeFile(join(directory, file), 'new\n');
  await git(null, 'add', '.');
  await git(null, 'commit', '--quiet', '-m', `Add ${file}`);
}

describe('fetching', () => {
  it('takes any commit that a ref leads to, and pull requests', async () => {
    const old = await commitFile(app, 'x.js', '1\n', { branch: 'topic' });
    const sha = await commitFile(app, 'x.js', '2\n', { parent: 'topic' });
    await app.rest.git.updateRef({ ...sums, ref: 'heads/topic', sha });
    await app.rest.pulls.create({ ...sums, title: 'x', head: 'topic', base: 'main' });
    const token = await installationToken({ permissions: { contents: 'read' } });
    await git(null, 'init', '--quiet', '--bare', '.');
    const fetched = await git(token, 'fetch', '--quiet', '--depth', '1', url(), old, 'refs/pull/1/head');
    expect(fetched).toEqual({ code: 0, text: '' });
  });

  it.each([
    ['nobody', async () => null, /Authentication failed|could not read Username/],
    ['an unknown token', async () => 'ghs_no', /Authentication failed|could not read Username/],
    ['a stranger', async () => test.github.tokenFor('stranger'), /not found/],
    [
      'a token that may not read contents',
      () => installationToken({ permissions: { issues: 'read' } }),
      /403|not found/i,
    ],
  ])('is refused to %s', async (_, token, words) => {
    const { code, text } = await git(await token(), 'ls-remote', url());
    expect(code).not.toBe(0);
    expect(text).toMatch(words);
  });

  it('is free where the repository is public', async () => {
    await test.github.createRepository('acme', 'open', { files: { a: 'a' } });
    expect((await git(null, 'ls-remote', url('open'))).text).toContain('refs/heads/main');
  });
});

describe('pushing', () => {
  it('moves the branch and tells the App, by whom', async () => {
    await cloneAndCommit(test.github.tokenFor('ann'), 'pushed.js');
    await test.news();
    expect(
      (await git(test.github.tokenFor('ann'), 'push', '--quiet', 'origin', 'HEAD:refs/heads/pushed')).code,
    ).toBe(0);
    expect(await test.news()).toEqual(['push', 'check_suite.requested']);
    const push = test.received.findLast(({ name }) => name === 'push')?.payload;
    expect(push).toMatchObject({
      created: true,
      sender: { login: 'ann' },
      commits: [{ added: ['pushed.js'] }],
    });
  });

  it.each([
    [
      'by a reader',
      'a.js',
      async () => test.github.tokenFor('rita'),
      'HEAD:refs/heads/a',
      /Write access to repository not granted|403/,
    ],
    [
      'with a token that only reads',
      'a.js',
      () => installationToken({ permissions: { contents: 'read' } }),
      'HEAD:refs/heads/a',
      /403/,
    ],
    [
      'of a workflow by the App',
      '.github/workflows/ci.yml',
      () => installationToken(),
      'HEAD:refs/heads/ci',
      /without `workflows` permission/,
    ],
    [
      'to a pull request ref',
      'a.js',
      async () => test.github.tokenFor('ann'),
      'HEAD:refs/pull/9/head',
      /deny updating a hidden ref/,
    ],
  ])('is refused %s', async (_, file, token, target, words) => {
    await cloneAndCommit(test.github.tokenFor('ann'), file);
    const { code, text } = await git(await token(), 'push', 'origin', target);
    expect(code).not.toBe(0);
    expect(text).toMatch(words);
  });

  it('is refused to a protected branch', async () => {
    test.github.protectBranch('acme/sums', 'main');
    await cloneAndCommit(test.github.tokenFor('ann'), 'b.js');
    const { text } = await git(test.github.tokenFor('ann'), 'push', 'origin', 'HEAD:refs/heads/main');
    expect(text).toContain('GH006: Protected branch update failed for refs/heads/main.');
  });
});
