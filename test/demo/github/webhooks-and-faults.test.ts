import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusalOf, startWithRepository, sums } from '../../support/github.ts';
import { loadAnswerCheck, loadWebhookCheck } from '../../support/openapi.ts';

let test: Awaited<ReturnType<typeof startWithRepository>>;
beforeAll(async () => {
  test = await startWithRepository();
});
afterAll(async () => {
  await test.github.settled();
  expect(test.deviations).toEqual([]);
  await test[Symbol.asyncDispose]();
});

describe('the checks of these tests', () => {
  it('notice an answer that is not as GitHub describes it', async () => {
    const check = await loadAnswerCheck();
    expect(check('GET /repos/{owner}/{repo}/labels/{name} 200', { id: 1 })).toContain(
      "GET /repos/{owner}/{repo}/labels/{name} 200 must have required property 'node_id'",
    );
    expect(check('GET /repos/{owner}/{repo} 299', {})).not.toEqual([]);
    expect(check('GET /nowhere 200', {})).not.toEqual([]);
  });

  it('notice a webhook that is not as GitHub describes it', async () => {
    const check = await loadWebhookCheck();
    const opened = test.received.find(({ name }) => name === 'installation.created');
    expect(check('installation.created', opened?.payload)).toEqual([]);
    expect(check('installation.created', { ...opened?.payload, sender: null })).not.toEqual([]);
    expect(check('issues.invented', {})).not.toEqual([]);
  });
});

describe('webhooks', () => {
  it('are signed and say what they are', async () => {
    await test.news();
    const { headers, body } = test.received[0] ?? { headers: {}, body: '' };
    const signature = createHmac('sha256', 'hush').update(body).digest('hex');
    expect(headers).toMatchObject({
      'x-github-event': 'installation',
      'x-hub-signature-256': `sha256=${signature}`,
      'x-github-hook-installation-target-type': 'integration',
      'x-github-delivery': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('that get lost are listed as failed and sent again with the same id', async () => {
    const self = test.asApp();
    test.github.loseDeliveries(({ event }) => event === 'issues');
    await test.as('ann').rest.issues.create({ ...sums, title: 'Lost' });
    expect(await test.news()).toEqual([]);
    test.github.loseDeliveries(() => false);
    const { data } = await self.rest.apps.listWebhookDeliveries({ per_page: 1 });
    expect(data).toMatchObject([{ event: 'issues', action: 'opened', status_code: 502, redelivery: false }]);
    const [lost] = data;
    await self.rest.apps.redeliverWebhookDelivery({ delivery_id: lost?.id ?? 0 });
    expect(await test.news()).toEqual(['issues.opened']);
    expect(test.received.at(-1)?.headers['x-github-delivery']).toBe(lost?.guid);
    const { data: latest } = await self.rest.apps.listWebhookDeliveries();
    expect(latest[0]).toMatchObject({ guid: lost?.guid, redelivery: true, status_code: 202 });
    await self.rest.apps.getWebhookDelivery({ delivery_id: lost?.id ?? 0 });
    const pages = await self.paginate(self.rest.apps.listWebhookDeliveries, { per_page: 1 });
    expect(pages.length).toBe(test.github.deliveries.length);
  });

  it('tell which repositories come and go, and nothing of an installation that sleeps', async () => {
    const { github } = test;
    await github.createRepository('acme', 'more', { files: { a: 'a' } });
    await test.news();
    github.selectRepositories('acme', ['sums'], 'ann');
    github.suspend('acme', 'ann');
    await test.as('ann').rest.issues.create({ ...sums, title: 'Unheard' });
    github.unsuspend('acme', 'ann');
    expect(await test.news()).toEqual([
      'installation_repositories.removed',
      'installation.suspend',
      'installation.unsuspend',
    ]);
  });
});

describe('a fault', () => {
  const path = /\/issues\/\d+\/comments$/;
  let issue_number: number;
  beforeAll(async () => {
    const { data } = await test.as('ann').rest.issues.create({ ...sums, title: 'Faults' });
    issue_number = data.number;
  });
  const comment = (body: string) => test.as('ann').rest.issues.createComment({ ...sums, issue_number, body });
  const bodies = async () => {
    const { data } = await test.as('ann').rest.issues.listComments({ ...sums, issue_number });
    return data.map(({ body }) => body);
  };

  it('comes before or after the deed', async () => {
    const fault = { status: 502, body: { message: 'Bad Gateway' } } as const;
    test.github.inject({ method: 'POST', path, when: 'before', fault });
    expect(await refusalOf(comment('not done'))).toBe('502 Bad Gateway');
    test.github.inject({ method: 'POST', path, nth: 2, when: 'after', fault });
    expect(await refusalOf(comment('first'))).toBe('not refused');
    expect(await refusalOf(comment('done'))).toBe('502 Bad Gateway');
    expect(await bodies()).toEqual(['first', 'done']);
  });

  it('cuts the connection, hangs or answers with a page', async () => {
    const post = (body: string, signal?: AbortSignal) =>
      fetch(`${test.github.apiUrl}/repos/acme/sums/issues/${issue_number}/comments`, {
        method: 'POST',
        headers: { authorization: `token ${test.github.tokenFor('ann')}` },
        body: JSON.stringify({ body }),
        ...(signal === undefined ? {} : { signal }),
      });
    test.github.inject({ method: 'POST', path, when: 'after', fault: 'reset' });
    await expect(post('reset')).rejects.toThrow();
    expect(await bodies()).toContain('reset');
    test.github.inject({ method: 'POST', path, when: 'before', fault: 'hang' });
    await expect(post('hang', AbortSignal.timeout(100))).rejects.toThrow('timeout');
    expect(await bodies()).not.toContain('hang');
    test.github.inject({ method: 'POST', path, when: 'after', fault: 'html' });
    const page = await post('page');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await bodies()).toContain('page');
  });

  it('carries headers such as those of a rate limit', async () => {
    const headers = { 'retry-after': '60', 'x-ratelimit-remaining': '0' };
    test.github.inject({ method: 'GET', path, when: 'before', fault: { status: 429, headers } });
    const answer = await fetch(`${test.github.apiUrl}/repos/acme/sums/issues/1/comments`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '60']);
    expect(answer.headers.get('x-ratelimit-remaining')).toBe('0');
  });
});

describe('the journal of requests', () => {
  it('says who asked for what, with which permissions', async () => {
    const app = test.asInstallation(test.installation);
    await app.rest.issues.get({ ...sums, issue_number: 1 });
    const [token, read] = test.github.requests.slice(-2);
    expect(token).toMatchObject({ method: 'POST', actor: 'app', status: 201 });
    expect(read).toMatchObject({
      method: 'GET',
      path: '/repos/acme/sums/issues/1',
      actor: 'ai-fix[bot]',
      permissions: { contents: 'write' },
      status: 200,
    });
  });
});
