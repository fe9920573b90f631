import { createSign } from 'node:crypto';
import type { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commitFile, refusalOf, startWithRepository, sums } from '../../support/github.ts';

let test: Awaited<ReturnType<typeof startWithRepository>>;
let ann: Octokit;
let app: Octokit;
let main: string;

beforeAll(async () => {
  test = await startWithRepository();
  const { github } = test;
  for (const login of ['rita', 'stranger']) github.createUser(login);
  github.setPermission('acme/sums', 'rita', 'read');
  await github.createRepository('acme', 'open', { files: { a: 'a' } });
  await github.createRepository('acme', 'old', { private: true, files: { a: 'a' } });
  github.setArchived('acme/old');
  await github.createRepository('acme', 'quiet', { private: true, files: { a: 'a' } });
  github.setIssuesEnabled('acme/quiet', false);
  for (const name of ['old', 'quiet']) github.setPermission(`acme/${name}`, 'ann', 'admin');
  ann = test.as('ann');
  app = test.asInstallation(test.installation);
  main = await commitFile(ann, 'sum.js', 'changed\n', { branch: 'topic' });
  await ann.rest.issues.create({ ...sums, title: 'First' });
  await ann.rest.issues.create({ ...sums, title: 'Locked' });
  await ann.rest.issues.lock({ ...sums, issue_number: 2 });
  await ann.rest.pulls.create({ ...sums, title: 'Topic', head: 'topic', base: 'main' });
  github.protectBranch('acme/sums', 'main');
});
afterAll(async () => {
  expect(test.github.requests.filter(({ error }) => error !== null)).toEqual([]);
  await test[Symbol.asyncDispose]();
});

const long = 'x'.repeat(65_537);
const nothing = '0'.repeat(39).concat('1');

describe('a request that GitHub refuses', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    [
      'of a stranger to a private repository',
      () => test.as('stranger').rest.repos.get(sums),
      '404 Not Found',
    ],
    [
      'for a file that is not there',
      () => app.rest.repos.getContent({ ...sums, path: 'no' }),
      '404 Not Found',
    ],
    [
      'for a branch that is not there',
      () => app.rest.repos.getBranch({ ...sums, branch: 'no' }),
      '404 Branch not found',
    ],
    [
      'for a commit that is not there',
      () => app.rest.repos.getCommit({ ...sums, ref: nothing }),
      `422 No commit found for SHA: ${nothing}`,
    ],
    [
      'for an account that is not there',
      () => app.rest.users.getByUsername({ username: 'no' }),
      '404 Not Found',
    ],
    ['to a route that is not there', () => app.request('GET /nowhere'), '404 Not Found'],
    [
      'to take off a label that is not on',
      () => app.rest.issues.removeLabel({ ...sums, issue_number: 1, name: 'bug' }),
      '404 Label does not exist',
    ],
    [
      'to make a label again',
      () => ann.rest.issues.createLabel({ ...sums, name: 'BUG' }),
      '422 Validation Failed: already_exists',
    ],
    [
      'with a body that is too long',
      () => app.rest.issues.createComment({ ...sums, issue_number: 1, body: long }),
      '422 Validation Failed: body is too long (maximum is 65536 characters)',
    ],
    [
      'with an empty comment',
      () => app.rest.issues.createComment({ ...sums, issue_number: 1, body: ' ' }),
      '422 Validation Failed: missing_field',
    ],
    [
      'without what is needed',
      () => app.request('POST /repos/acme/sums/issues', { body: 'x' }),
      '422 Invalid request.\n\n"title" wasn\'t supplied.',
    ],
    [
      'to comment on a locked issue',
      () => app.rest.issues.createComment({ ...sums, issue_number: 2, body: 'x' }),
      '403 Unable to create comment because issue is locked.',
    ],
    [
      'to write to an archived repository',
      () => app.rest.issues.create({ owner: 'acme', repo: 'old', title: 'x' }),
      '403 Repository was archived so is read-only.',
    ],
    [
      'for issues where there are none',
      () => app.rest.issues.create({ owner: 'acme', repo: 'quiet', title: 'x' }),
      '410 Issues has been disabled in this repository.',
    ],
    [
      'of a reader to label',
      () => test.as('rita').rest.issues.addLabels({ ...sums, issue_number: 1, labels: ['bug'] }),
      '403 Must have admin rights to Repository.',
    ],
    [
      'of a reader to make a ref',
      () => test.as('rita').rest.git.createRef({ ...sums, ref: 'refs/heads/x', sha: main }),
      '403 Must have admin rights to Repository.',
    ],
    [
      'of a person to make a check run',
      () => ann.rest.checks.create({ ...sums, name: 'x', head_sha: main }),
      '403 You must authenticate via a GitHub App.',
    ],
    [
      'for a check run on no commit',
      () => app.rest.checks.create({ ...sums, name: 'x', head_sha: nothing }),
      `422 No commit found for SHA: ${nothing}`,
    ],
    [
      'to make a ref again',
      () => app.rest.git.createRef({ ...sums, ref: 'refs/heads/topic', sha: main }),
      '422 Reference already exists',
    ],
    [
      'to make a ref below another',
      () => app.rest.git.createRef({ ...sums, ref: 'refs/heads/topic/x', sha: main }),
      '422 Reference update failed',
    ],
    [
      'to make a ref of nothing',
      () => app.rest.git.createRef({ ...sums, ref: 'refs/heads/x', sha: nothing }),
      '422 Object does not exist',
    ],
    [
      'to make a ref with a bad name',
      () => app.rest.git.createRef({ ...sums, ref: 'refs/heads/a..b', sha: main }),
      '422 refs/heads/a..b is not a valid ref name.',
    ],
    [
      'to move a ref that is not there',
      () => app.rest.git.updateRef({ ...sums, ref: 'heads/no', sha: main }),
      '422 Reference does not exist',
    ],
    [
      'to delete a ref that is not there',
      () => app.rest.git.deleteRef({ ...sums, ref: 'heads/no' }),
      '422 Reference does not exist',
    ],
    [
      'to move a protected branch',
      () => app.rest.git.updateRef({ ...sums, ref: 'heads/main', sha: main }),
      '422 Changes must be made through a pull request.',
    ],
    [
      'for a tree with a bad path',
      () => tree({ path: '../x', content: 'x' }),
      '422 tree.path contains a malformed path component',
    ],
    [
      'for a tree with .git in it',
      () => tree({ path: 'a/.GIT/config', content: 'x' }),
      '422 tree.path contains a malformed path component',
    ],
    [
      'for a tree of no blob',
      () => tree({ path: 'x', sha: nothing }),
      `422 tree.sha ${nothing} is not a valid blob`,
    ],
    ['to delete what is not there', () => tree({ path: 'no', sha: null }), '422 GitRPC::BadObjectState'],
    [
      'of an App to bring a workflow',
      () => tree({ path: '.github/workflows/x.yml', content: 'x' }),
      '403 Resource not accessible by integration',
    ],
    [
      'for a commit of no tree',
      () => app.rest.git.createCommit({ ...sums, message: 'x', tree: nothing, parents: [] }),
      '422 Tree SHA does not exist',
    ],
    [
      'for a commit of no parent',
      () =>
        app.rest.repos.getCommit({ ...sums, ref: 'main' }).then(({ data }) =>
          app.rest.git.createCommit({
            ...sums,
            message: 'x',
            tree: data.commit.tree.sha,
            parents: [nothing],
          }),
        ),
      '422 Parent SHA does not exist or is not a commit object',
    ],
    [
      'for a pull request that is there',
      () => app.rest.pulls.create({ ...sums, title: 'x', head: 'acme:topic', base: 'main' }),
      '422 Validation Failed: A pull request already exists for acme:topic.',
    ],
    [
      'for a pull request of no branch',
      () => app.rest.pulls.create({ ...sums, title: 'x', head: 'no', base: 'main' }),
      '422 Validation Failed: invalid',
    ],
    [
      'for a pull request of nothing new',
      () => app.rest.pulls.create({ ...sums, title: 'x', head: 'main', base: 'topic' }),
      '422 Validation Failed: No commits between topic and main',
    ],
    [
      'to approve a pull request of oneself',
      () => ann.rest.pulls.createReview({ ...sums, pull_number: 3, event: 'APPROVE' }),
      '422 Unprocessable Entity: Can not approve your own pull request',
    ],
    [
      'to review a line outside of the diff',
      () =>
        app.rest.pulls.createReview({
          ...sums,
          pull_number: 3,
          event: 'COMMENT',
          comments: [{ path: 'sum.js', line: 99, body: 'x' }],
        }),
      '422 Unprocessable Entity: Line could not be resolved',
    ],
    [
      'to comment a line outside of the diff',
      () =>
        app.rest.pulls.createReviewComment({
          ...sums,
          pull_number: 3,
          commit_id: main,
          path: 'lib/a.js',
          line: 1,
          body: 'x',
        }),
      '422 Validation Failed: could not be resolved',
    ],
    [
      'to merge another head',
      () => ann.rest.pulls.merge({ ...sums, pull_number: 3, sha: nothing }),
      '409 Head branch was modified. Review and try the merge again.',
    ],
  ])('%s', async (_, request, words) => {
    expect(await refusalOf(request())).toBe(words);
  });

  async function tree(entry: { path: string; content?: string; sha?: string | null }) {
    const { data } = await app.rest.repos.getCommit({ ...sums, ref: 'main' });
    const whole = { mode: '100644', type: 'blob', ...entry } as const;
    return app.rest.git.createTree({ ...sums, base_tree: data.commit.tree.sha, tree: [whole] });
  }
});

/** A request with a plain fetch, without any client's help. */
async function plain(path: string, authorization?: string): Promise<string> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const answer = await fetch(test.github.apiUrl + path, { headers });
  return `${answer.status} ${((await answer.json()) as { message?: string }).message ?? ''}`.trim();
}

function jwt(
  claims: { iss?: unknown; iat?: number; exp?: number } = {},
  key = test.github.app.privateKey,
): string {
  const now = Math.floor(Date.now() / 1000);
  const parts = [
    { alg: 'RS256', typ: 'JWT' },
    { iss: test.github.app.id, iat: now - 60, exp: now + 540, ...claims },
  ];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `Bearer ${signed}.${createSign('sha256').update(signed).sign(key, 'base64url')}`;
}

describe('authentication', () => {
  const now = () => Math.floor(Date.now() / 1000);

  it.each<[string, () => Promise<string>, string]>([
    ['nobody may read what is public', () => plain('/repos/acme/open'), '200'],
    ['nobody does not see what is private', () => plain('/repos/acme/sums'), '404 Not Found'],
    ['nobody is no user', () => plain('/user'), '401 Requires authentication'],
    ['an unknown token', () => plain('/repos/acme/open', 'token ghs_unknown'), '401 Bad credentials'],
    ['a JWT of the App', () => plain('/app', jwt()), '200'],
    ['a JWT with the id as text', () => plain('/app', jwt({ iss: String(test.github.app.id) })), '200'],
    [
      'a JWT that lives too long',
      () => plain('/app', jwt({ exp: now() + 700 })),
      "401 'Expiration time' claim ('exp') is too far in the future",
    ],
    [
      'a JWT that is over',
      () => plain('/app', jwt({ exp: now() - 1 })),
      "401 'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    ],
    [
      'a JWT of the future',
      () => plain('/app', jwt({ iat: now() + 300 })),
      "401 'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    ],
    ['a JWT of another App', () => plain('/app', jwt({ iss: 1 })), '404 Integration not found'],
    [
      'a JWT that somebody changed',
      () => plain('/app', `${jwt().slice(0, -8)}AAAAAAAA`),
      '401 A JSON web token could not be decoded',
    ],
    [
      'a JWT where a token is due',
      () => plain('/repos/acme/open', jwt()),
      '401 A JSON web token could not be decoded',
    ],
    [
      'a person where a JWT is due',
      () => plain('/app', `token ${test.github.tokenFor('ann')}`),
      '401 A JSON web token could not be decoded',
    ],
    ['an Enterprise Server', () => plain('/api/v3/repos/acme/open'), '200'],
  ])('%s', async (_, request, words) => {
    expect(await request()).toBe(words);
  });
});

describe('an installation token', () => {
  const token = async (body: object = {}) => {
    const { data } = await test.asApp().request('POST /app/installations/{installation_id}/access_tokens', {
      installation_id: test.installation,
      ...body,
    });
    return data;
  };
  const id = (name: string) => app.rest.repos.get({ owner: 'acme', repo: name }).then(({ data }) => data.id);

  it('has the shape of 2026: about 520 characters with dots', async () => {
    expect((await token()).token).toMatch(/^ghs_\d+_[\w-]+\.[\w-]+\.[\w-]{100,}$/);
    expect((await token()).token.length).toBeGreaterThan(500);
  });

  it('narrowed to a repository sees no other', async () => {
    const { token: narrow, repositories } = await token({ repository_ids: [await id('sums')] });
    expect(repositories?.map(({ name }) => name)).toEqual(['sums']);
    expect(await plain('/repos/acme/sums', `token ${narrow}`)).toBe('200');
    expect(await plain('/repos/acme/old', `token ${narrow}`)).toBe('404 Not Found');
  });

  it('narrowed to reading does not write', async () => {
    const { token: narrow, permissions } = await token({ permissions: { contents: 'read' } });
    expect(permissions).toEqual({ contents: 'read', metadata: 'read' });
    const answer = await fetch(`${test.github.apiUrl}/repos/acme/sums/git/blobs`, {
      method: 'POST',
      headers: { authorization: `token ${narrow}`, 'content-type': 'application/json' },
      body: '{"content": "x"}',
    });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ message: 'Resource not accessible by integration' });
    expect(await plain('/repos/acme/sums/issues', `token ${narrow}`)).toBe(
      '403 Resource not accessible by integration',
    );
  });

  it('cannot have more than the installation was given', async () => {
    expect(await refusalOf(token({ permissions: { workflows: 'write' } }))).toBe(
      '422 The permissions requested are not granted to this installation.',
    );
    expect(await refusalOf(token({ repository_ids: [1] }))).toMatch(/^422 There is at least one repository/);
  });

  it('is worth nothing once it is revoked', async () => {
    const { token: revoked } = await token();
    const headers = { authorization: `token ${revoked}` };
    const answer = await fetch(`${test.github.apiUrl}/installation/token`, { method: 'DELETE', headers });
    expect(answer.status).toBe(204);
    expect(await plain('/repos/acme/sums', `token ${revoked}`)).toBe('401 Bad credentials');
  });

  it('is worth nothing after its hour', async () => {
    const { token: old } = await token();
    test.github.expireTokens();
    expect(await plain('/repos/acme/sums', `token ${old}`)).toBe('401 Bad credentials');
  });

  it('is refused while the installation is suspended, and gone when it is uninstalled', async () => {
    const { token: held } = await token();
    test.github.suspend('acme', 'ann');
    expect(await plain('/repos/acme/sums', `token ${held}`)).toBe('403 This installation has been suspended');
    expect(await refusalOf(token())).toBe('403 This installation has been suspended');
    test.github.unsuspend('acme', 'ann');
    expect(await plain('/repos/acme/sums', `token ${held}`)).toBe('200');
    test.github.uninstall('acme', 'ann');
    expect(await plain('/repos/acme/sums', `token ${held}`)).toBe('401 Bad credentials');
    expect(await refusalOf(token())).toBe('404 Not Found');
  });
});
