import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commitFile, refusalOf, startWithRepository, sums } from '../../support/github.ts';

let test: Awaited<ReturnType<typeof startWithRepository>>;
let now = Date.parse('2026-05-01T10:00:00Z');
beforeAll(async () => {
  test = await startWithRepository({ now: () => new Date(now) });
});
afterAll(async () => {
  await test.github.settled();
  expect(test.deviations).toEqual([]);
  await test[Symbol.asyncDispose]();
});

describe('what lags', () => {
  const second = 1000;
  const later = (seconds: number) => {
    now += seconds * second;
  };

  it('is not in the App’s lists until its time has come, and never hidden from people', async () => {
    const app = test.asInstallation(test.installation).rest;
    const { data: issue } = await test.as('ann').rest.issues.create({ ...sums, title: 'Young' });
    const where = { ...sums, issue_number: issue.number };
    test.github.lag(/\/issues\/\d+\/comments/, 10 * second);
    await app.issues.createComment({ ...where, body: 'young' });
    expect((await app.issues.listComments(where)).data).toEqual([]);
    expect((await test.as('ann').rest.issues.listComments(where)).data).toHaveLength(1);
    later(9);
    expect((await app.issues.listComments(where)).data).toEqual([]);
    later(1);
    expect((await app.issues.listComments(where)).data).toHaveLength(1);
  });

  it('holds for branches, whether they are new or moved, and for check runs', async () => {
    const octokit = test.asInstallation(test.installation);
    const app = octokit.rest;
    test.github.lag(/\/git\/ref\/|\/check-runs/, 5 * second);
    const one = await commitFile(octokit, 'one', '1', { branch: 'lagging' });
    const read = () => app.git.getRef({ ...sums, ref: 'heads/lagging' });
    const sha = async () => (await read()).data.object.sha;
    expect(await refusalOf(read())).toBe('404 Not Found');
    expect(await refusalOf(app.git.createRef({ ...sums, ref: 'refs/heads/lagging', sha: one }))).toBe(
      '422 Reference already exists',
    );
    later(5);
    expect(await sha()).toBe(one);
    const { data: base } = await app.git.getCommit({ ...sums, commit_sha: one });
    const next = { ...sums, message: 'two', tree: base.tree.sha, parents: [one] };
    const { data: two } = await app.git.createCommit(next);
    await app.git.updateRef({ ...sums, ref: 'heads/lagging', sha: two.sha });
    await app.checks.create({ ...sums, name: 'c', head_sha: two.sha });
    const checks = async () => (await app.checks.listForRef({ ...sums, ref: two.sha })).data;
    expect([await sha(), (await checks()).total_count]).toEqual([one, 0]);
    later(5);
    expect([await sha(), (await checks()).total_count]).toEqual([two.sha, 1]);
  });
});

describe('a limit', () => {
  const path = /\/labels$/;
  const headersOf = async () => {
    const answer = await fetch(`${test.github.apiUrl}/repos/acme/sums/labels`);
    const { message = 'none' } = (await answer.json()) as { message?: string };
    return { status: answer.status, headers: answer.headers, message };
  };

  it('says when it ends, in the way of its kind, or does not', async () => {
    const limit = (kind: 'primary' | 'secondary' | 'untold') =>
      test.github.inject({ method: 'GET', path, when: 'before', fault: { limit: kind, seconds: 30 } });
    const soon = Date.now() / 1000 + 25;
    limit('primary');
    const primary = await headersOf();
    expect(primary).toMatchObject({ status: 403, message: expect.stringContaining('API rate limit') });
    expect(primary.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Number(primary.headers.get('x-ratelimit-reset'))).toBeGreaterThan(soon);
    limit('secondary');
    const secondary = await headersOf();
    expect(secondary.message).toContain('secondary rate limit');
    expect(secondary.headers.get('retry-after')).toBe('30');
    limit('untold');
    expect((await headersOf()).headers.get('retry-after')).toBeNull();
    expect((await headersOf()).message).toBe('Not Found'); // it is private
  });

  it('holds for all requests of its time', async () => {
    test.github.inject({ method: 'GET', path, seconds: 60, when: 'before', fault: 'empty' });
    for (const _ of [1, 2, 3]) {
      const answer = await fetch(`${test.github.apiUrl}/repos/acme/sums/labels`);
      expect([answer.status, await answer.text()]).toEqual([200, '']);
    }
  });
});

describe('what was moved', () => {
  it('an issue is where it went, by redirect', async () => {
    await test.github.createRepository('acme', 'other', { files: { a: 'a' } });
    const ann = test.as('ann').rest;
    const { data } = await ann.issues.create({ ...sums, title: 'Goes' });
    const number = test.github.transferIssue('acme/sums', data.number, 'acme/other', 'ann');
    const found = await fetch(`${test.github.apiUrl}/repos/acme/sums/issues/${data.number}`);
    expect(found.redirected).toBe(true);
    expect(found.url).toMatch(new RegExp(`/repositories/\\d+/issues/${number}$`));
    expect(await found.json()).toMatchObject({ title: 'Goes' });
  });

  it('a repository answers to its former name: reads with 301, writes with 307, and git', async () => {
    const ann = test.as('ann').rest;
    test.github.renameRepository('acme/sums', 'acme', 'totals');
    const manual = { redirect: 'manual' } as const;
    const at = `${test.github.apiUrl}/repos/acme/sums/issues`;
    expect((await fetch(at, manual)).status).toBe(301);
    expect((await fetch(at, { ...manual, method: 'POST' })).status).toBe(307);
    const { data } = await ann.issues.create({ ...sums, title: 'By the former name' });
    expect(data.repository_url).toContain('acme/totals');
    const refs = await fetch(
      `${test.github.serverUrl}/acme/sums.git/info/refs?service=git-upload-pack`,
      manual,
    );
    expect([refs.status, refs.headers.get('location')]).toEqual([
      301,
      `${test.github.serverUrl}/acme/totals.git/info/refs?service=git-upload-pack`,
    ]);
    test.github.deleteRepository('acme/other');
    expect(await refusalOf(ann.repos.get({ owner: 'acme', repo: 'other' }))).toBe('404 Not Found');
  });
});
