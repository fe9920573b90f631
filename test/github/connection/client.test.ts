import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { OperationalError } from '../../../src/core/errors.ts';
import { getIssue, removeLabel } from '../../../src/github/calls/issues.ts';
import type { Purpose } from '../../../src/github/connection/client.ts';
import { faultOf } from '../../../src/github/connection/faults.ts';
import { me, repository, startGitHub, token } from '../../support/github-server.ts';

const issue = { number: 1, title: 'A', body: null, html_url: 'u', state: 'open', locked: false, labels: [] };
const getsIssue = { 'GET /repos/ann/sums/issues/1': () => ({ status: 200, body: issue }) };
const failure = async (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error as OperationalError,
  );

describe('the token of a request', () => {
  it.each<[Purpose, Record<string, string>]>([
    [
      'read',
      {
        contents: 'read',
        issues: 'read',
        pull_requests: 'read',
        checks: 'read',
        statuses: 'read',
        metadata: 'read',
      },
    ],
    ['report', { issues: 'write', pull_requests: 'write', checks: 'write' }],
    ['publish', { contents: 'write', pull_requests: 'write' }],
    ['clone', { contents: 'read' }],
  ])('for %s is narrowed to the repository and to what is needed', async (purpose, permissions) => {
    await using server = await startGitHub(getsIssue);
    await getIssue(server.github().forRepository(repository, purpose), repository, 1);
    expect(server.calls(/access_tokens/)).toEqual([{ repository_ids: [42], permissions }]);
    expect(server.requests.at(-1)?.headers.authorization).toBe(`token ${token}`);
  });

  it('is made once for many requests, and anew for a clone', async () => {
    await using server = await startGitHub(getsIssue);
    const github = server.github();
    for (let time = 0; time < 3; time++) {
      await getIssue(github.forRepository(repository, 'read'), repository, 1);
    }
    expect(server.calls(/access_tokens/)).toHaveLength(1);
    const first = await github.cloneToken(repository);
    expect(first.token).toBe(token);
    expect(first.expiresAt.getTime()).toBeGreaterThan(Date.now());
    await github.cloneToken(repository);
    expect(server.calls(/access_tokens/)).toHaveLength(3);
  });

  it('is replaced when GitHub does not take it any more', async () => {
    let refusals = 1;
    await using server = await startGitHub({
      'GET /repos/ann/sums/issues/1': () =>
        refusals-- > 0 ? { status: 401, body: { message: 'Bad credentials' } } : { status: 200, body: issue },
    });
    expect(await getIssue(server.octokit, repository, 1)).toMatchObject({ title: 'A' });
    expect(server.calls(/access_tokens/)).toHaveLength(2);
  });

  it('reads the owner’s defaults with a token for the .github repository alone', async () => {
    await using server = await startGitHub({});
    await server
      .github()
      .forOwnerDefaults(repository)
      .request('GET /x')
      .catch(() => {});
    expect(server.calls(/access_tokens/)).toEqual([
      { repositories: ['.github'], permissions: { contents: 'read' } },
    ]);
  });
});

describe('a failed request', () => {
  it.each([
    [404, {}, { message: 'Not Found' }, 'github_not_found', { kind: 'not_found' }],
    [410, {}, { message: 'Gone' }, 'github_not_found', { kind: 'gone' }],
    [401, {}, { message: 'Bad credentials' }, 'github_unauthorised', { kind: 'unauthorised' }],
    [
      403,
      {},
      { message: 'Repository was archived so is read-only.' },
      'github_forbidden',
      { kind: 'forbidden', why: 'archived' },
    ],
    [
      403,
      {},
      { message: 'Unable to create comment because issue is locked.' },
      'github_forbidden',
      { kind: 'forbidden', why: 'locked' },
    ],
    [
      403,
      {},
      { message: 'Resource not accessible by integration' },
      'github_forbidden',
      { kind: 'forbidden', why: 'permission' },
    ],
    [
      403,
      {},
      { message: 'This installation has been suspended' },
      'github_forbidden',
      { kind: 'forbidden', why: 'suspended' },
    ],
    [451, {}, { message: 'Repository access blocked' }, 'github_forbidden', { kind: 'forbidden' }],
    [
      422,
      {},
      {
        message: 'Validation Failed',
        errors: [{ resource: 'Label', field: 'name', code: 'invalid' }, 'words'],
      },
      'github_rejected',
      {
        kind: 'validation',
        messages: ['Validation Failed', 'name is invalid', 'words'],
        about: ['name:invalid'],
      },
    ],
    [
      409,
      {},
      { message: 'Git Repository is empty.' },
      'github_rejected',
      { kind: 'validation', status: 409 },
    ],
    [500, {}, { message: 'Server Error' }, 'github_unreachable', { kind: 'server' }],
    [503, {}, '<html>', 'github_unreachable', { kind: 'server' }],
  ])('with %i %j %j is told in words and classified', async (status, headers, body, code, fault) => {
    await using server = await startGitHub({
      'DELETE /repos/ann/sums/issues/1/labels/x': () => ({ status, headers, body }),
    });
    const error = await failure(
      server.octokit.rest.issues.removeLabel({ owner: 'ann', repo: 'sums', issue_number: 1, name: 'x' }),
    );
    expect(error).toBeInstanceOf(OperationalError);
    expect(error.code).toBe(code);
    expect(faultOf(error)).toMatchObject(fault);
    expect(error.message).toContain('DELETE /repos/ann/sums/issues/1/labels/x');
  });

  it.each([
    ['retry-after', 403, { 'retry-after': '1800' }, 'You have exceeded a secondary rate limit', 1800],
    ['the end of the hour', 403, () => primary(900), 'API rate limit exceeded', 900],
    ['the end of the hour', 429, () => primary(900), 'API rate limit exceeded', 900],
    ['a minute where nothing is said', 429, {}, 'Too many', 60],
  ])('because of a rate limit tells until when: %s', async (_, status, given, message, seconds) => {
    const headers = typeof given === 'function' ? given() : given;
    await using server = await startGitHub({
      'GET /repos/ann/sums/issues/1': () => ({ status, headers, body: { message } }),
    });
    const before = Date.now();
    const error = await failure(getIssue(server.octokit, repository, 1));
    expect(error.code).toBe('rate_limited');
    const until = error.until?.getTime() ?? 0;
    expect(Math.abs(until - before - seconds * 1000)).toBeLessThan(10_000);
    expect(server.calls(/GET/)).toHaveLength(1);
  });

  it('is asked again only when it was a read', async () => {
    await using server = await startGitHub({
      ...getsIssue,
      'POST /repos/ann/sums/issues/1/comments': () => ({ status: 201, body: {} }),
    });
    server.lose(/GET/, '502', 2);
    expect(await getIssue(server.octokit, repository, 1)).not.toBeNull();
    server.lose(/POST .*comments/, '502');
    const post = { owner: 'ann', repo: 'sums', issue_number: 1, body: 'x' };
    await failure(server.octokit.rest.issues.createComment(post));
    expect(server.calls(/POST .*comments/)).toHaveLength(1);
    server.lose(/GET/, '502', 2);
    expect(await getIssue(server.octokit, repository, 1), 'a read after a write').not.toBeNull();
  });

  it('waits for a short rate limit, once', async () => {
    const limited = {
      status: 403,
      headers: { 'retry-after': '1' },
      body: { message: 'a secondary rate limit' },
    };
    await using server = await startGitHub({ 'GET /repos/ann/sums/issues/1': () => limited });
    const pace = { betweenWrites: 0, betweenNotifications: 0, beforeRepetition: 1, rateLimit: 1000 };
    const octokit = server.github({ pace }).forRepository(repository, 'read');
    expect((await failure(getIssue(octokit, repository, 1))).code).toBe('rate_limited');
    expect(server.calls(/GET/)).toHaveLength(2);
  });

  it('lets nothing of its installation be asked before a limit has passed', async () => {
    const until = Date.now() + 1_800_000;
    await using server = await startGitHub({
      ...getsIssue,
      'PATCH /repos/ann/sums/pulls/1': () => ({
        status: 403,
        headers: { 'retry-after': '1800' },
        body: { message: 'You have exceeded a secondary rate limit' },
      }),
    });
    const github = server.github();
    const writer = github.forRepository(repository, 'publish').rest.pulls;
    await failure(writer.update({ owner: 'ann', repo: 'sums', pull_number: 1 }));
    const error = await failure(getIssue(github.forRepository(repository, 'read'), repository, 1));
    expect(error.code).toBe('rate_limited');
    expect(Math.abs((error.until?.getTime() ?? 0) - until)).toBeLessThan(10_000);
    expect(server.calls(/GET/)).toEqual([]);
    const other = { ...repository, installation: 8 };
    expect(await getIssue(github.forRepository(other, 'read'), repository, 1)).not.toBeNull();
  });

  it('waits before others ask where a limit is short', async () => {
    const asked: number[] = [];
    await using server = await startGitHub({
      'GET /repos/ann/sums/issues/1': () => {
        asked.push(Date.now());
        return asked.length < 3
          ? { status: 403, headers: { 'retry-after': '1' }, body: { message: 'a secondary rate limit' } }
          : { status: 404, body: { message: 'Not Found' } };
      },
    });
    const pace = { betweenWrites: 0, betweenNotifications: 0, beforeRepetition: 1, rateLimit: 1000 };
    const octokit = server.github({ pace }).forRepository(repository, 'read');
    await failure(getIssue(octokit, repository, 1));
    expect(await getIssue(octokit, repository, 1)).toBeNull();
    expect((asked[2] ?? 0) - (asked[1] ?? 0)).toBeGreaterThanOrEqual(900);
  });

  it('never shows the token or the key, wherever one looks', async () => {
    await using server = await startGitHub({ 'DELETE .*': () => ({ status: 500, body: {} }) });
    const error = await failure(removeLabel(server.octokit, repository, 1, 'x'));
    const shown = `${inspect(error, { depth: Infinity, showHidden: true })}${JSON.stringify(error)}`;
    expect(shown).not.toContain('canary');
    expect(shown).not.toContain('PRIVATE KEY');
    expect(server.requests.map(({ url }) => url).join()).not.toContain('canary');
  });

  it('for a token tells what an installation lacks', async () => {
    await using server = await startGitHub({
      'POST .*/access_tokens': () => ({
        status: 422,
        body: { message: 'The permissions requested are not granted to this installation.' },
      }),
    });
    const error = await failure(getIssue(server.octokit, repository, 1));
    expect(error.message).toContain('The permissions requested are not granted to this installation');
    expect(error.message).toContain('Accept the permissions');
  });

  it.each([
    [422, 'There is at least one repository that does not exist or is not accessible.'],
    [404, 'Not Found'],
  ])('for a token that cannot be had (%i) says so, and takes nothing for gone', async (status, message) => {
    await using server = await startGitHub({
      'POST .*/access_tokens': () => ({ status, body: { message } }),
    });
    const error = await failure(getIssue(server.octokit, repository, 1));
    expect(error.code).toBe('github_not_found');
    expect(error.message).toContain('The App has no access to the repository any more');
  });

  it('for a key that cannot be used says so', async () => {
    await using server = await startGitHub({});
    const octokit = server.github({ privateKey: 'nonsense' }).forRepository(repository, 'read');
    expect((await failure(getIssue(octokit, repository, 1))).message).toContain(
      'check APP_ID and PRIVATE_KEY',
    );
  });
});

describe('writes', () => {
  it('keep their distance', async () => {
    const times: number[] = [];
    await using server = await startGitHub({
      'POST /repos/ann/sums/git/blobs': () => {
        times.push(Date.now());
        return { status: 201, body: { sha: 'a' } };
      },
    });
    const pace = { betweenWrites: 100, betweenNotifications: 0 };
    const octokit = server.github({ pace }).forRepository(repository, 'publish');
    const post = () => octokit.rest.git.createBlob({ owner: 'ann', repo: 'sums', content: '' });
    await post(); // with it the token is there
    await Promise.all([post(), post(), post()]);
    const [, first = 0, , last = 0] = times;
    expect(last - first).toBeGreaterThanOrEqual(150);
  });
});

describe('appIdentity', () => {
  it('asks who the App is once, and again after a failure', async () => {
    await using server = await startGitHub({
      'GET /app': () => ({ status: 200, body: { id: 2, slug: 'ai-fix' } }),
      'GET /users/ai-fix\\[bot\\]': () => ({ status: 200, body: { id: 900 } }),
    });
    const github = server.github();
    server.lose(/GET \/app/, '502', 3);
    await failure(github.appIdentity(repository));
    expect(await github.appIdentity(repository)).toEqual(me);
    expect(await github.appIdentity(repository)).toEqual(me);
    expect(server.calls(/GET \/users/)).toHaveLength(1);
    const app = server.requests.find(({ url }) => url === '/app');
    expect(app?.headers.authorization).toMatch(/^bearer ey/);
  });
});

function primary(seconds: number): Record<string, string> {
  const reset = Math.floor(Date.now() / 1000) + seconds;
  return { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) };
}
