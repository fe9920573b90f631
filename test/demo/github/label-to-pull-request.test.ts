import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGitHub, type TestGitHub } from '../../support/github.ts';

const repo = { owner: 'acme', repo: 'sums' };
let test: TestGitHub;
let installation: number;
let directory: string;

beforeAll(async () => {
  test = await startTestGitHub();
  directory = await mkdtemp(join(tmpdir(), 'ai-fix-test-'));
  const { github } = test;
  github.createOrganisation('acme');
  github.createUser('ann');
  await github.createRepository('acme', 'sums', {
    private: true,
    files: { 'sum.js': 'one\n', 'lib/a.js': 'a\n' },
  });
  github.setPermission('acme/sums', 'ann', 'write');
  installation = github.installApp('acme', { by: 'ann' });
});

afterAll(async () => {
  expect(test.deviations).toEqual([]);
  expect(test.github.requests.filter(({ error }) => error !== null)).toEqual([]);
  await test[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

describe('from a label to a pull request', () => {
  it('an issue that is labelled tells the App', async () => {
    const ann = test.as('ann');
    const { data: issue } = await ann.rest.issues.create({ ...repo, title: 'Sums are wrong', body: 'Look.' });
    await ann.rest.issues.addLabels({ ...repo, issue_number: issue.number, labels: ['ai-fix'] });
    expect(await test.news()).toEqual(['installation.created', 'issues.opened', 'issues.labeled']);
    expect(test.received.at(-1)?.payload).toMatchObject({
      label: { name: 'ai-fix' },
      issue: { number: issue.number, labels: [{ name: 'ai-fix' }] },
      sender: { login: 'ann' },
      installation: { id: installation },
    });
  });

  it('the App fetches the commit with its token', async () => {
    const app = test.asInstallation(installation);
    const { data: main } = await app.rest.git.getRef({ ...repo, ref: 'heads/main' });
    const { token } = (await app.auth({ type: 'installation' })) as { token: string };
    const git = (...args: string[]) => execa('git', ['-C', directory, ...args]);
    await git('init', '--quiet', '--bare', '.');
    const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
    const url = `${test.github.serverUrl}/acme/sums.git`;
    await git(
      '-c',
      `http.extraHeader=Authorization: Basic ${basic}`,
      'fetch',
      '--depth',
      '1',
      url,
      main.object.sha,
    );
    expect((await git('show', 'FETCH_HEAD:sum.js')).stdout).toBe('one');
  });

  it('a tree, a commit and a ref become a pull request', async () => {
    const app = test.asInstallation(installation);
    const { data: main } = await app.rest.git.getRef({ ...repo, ref: 'heads/main' });
    const { data: base } = await app.rest.git.getCommit({ ...repo, commit_sha: main.object.sha });
    const { data: tree } = await app.rest.git.createTree({
      ...repo,
      base_tree: base.tree.sha,
      tree: [
        { path: 'sum.js', mode: '100644', type: 'blob', content: 'two\n' },
        { path: 'lib/a.js', mode: '100644', type: 'blob', sha: null },
      ],
    });
    expect(tree.tree.map(({ path }) => path)).toEqual(['sum.js']);
    const { data: commit } = await app.rest.git.createCommit({
      ...repo,
      message: 'Fix sums',
      tree: tree.sha,
      parents: [main.object.sha],
    });
    expect(commit.verification.verified).toBe(true);
    expect(commit.author.email).toMatch(/^\d+\+ai-fix\[bot\]@users\.noreply\.github\.com$/);
    await test.news();
    await app.rest.git.createRef({ ...repo, ref: 'refs/heads/ai-fix/1', sha: commit.sha });
    const { data: pull } = await app.rest.pulls.create({
      ...repo,
      title: 'Fix sums',
      head: 'ai-fix/1',
      base: 'main',
      body: 'Fixes #1',
      draft: true,
    });
    expect(pull).toMatchObject({
      draft: true,
      mergeable: true,
      commits: 1,
      changed_files: 2,
      additions: 1,
      deletions: 2,
    });
    expect(await test.news()).toEqual(['push', 'check_suite.requested', 'pull_request.opened']);
  });

  it('a comment is written and edited', async () => {
    const app = test.asInstallation(installation);
    const { data: comment } = await app.rest.issues.createComment({
      ...repo,
      issue_number: 1,
      body: 'Working.',
    });
    await app.rest.issues.updateComment({ ...repo, comment_id: comment.id, body: 'Done.' });
    expect(await test.news()).toEqual(['issue_comment.created', 'issue_comment.edited']);
    expect(test.received.at(-1)?.payload).toMatchObject({
      changes: { body: { from: 'Working.' } },
      comment: { body: 'Done.', user: { type: 'Bot' }, performed_via_github_app: { id: test.github.app.id } },
    });
  });
});
