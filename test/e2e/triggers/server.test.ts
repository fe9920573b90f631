import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendDeliveries } from '../../../bench/send-deliveries.ts';
import { signedHeaders, startTestApp, type TestApp } from '../../support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ dailyBudgetUsd: 400, allowedRepositories: ['acme', 'other/listed'] });
});
afterAll(() => app[Symbol.asyncDispose]());

const canary = 'CANARY-in-a-body';
const body = JSON.stringify({ action: 'labeled', note: canary });

function post(headers: Record<string, string>) {
  return fetch(app.webhookUrl, { method: 'POST', body, headers });
}

describe('the server', () => {
  it('refuses a webhook without a signature', async () => {
    const { 'x-hub-signature-256': _, ...unsigned } = signedHeaders('issues', randomUUID(), body, 'x');
    expect((await post(unsigned)).status).toBe(400);
  });

  it.each(['development', '', 'another secret'])('refuses a signature made with "%s"', async (secret) => {
    const signed = signedHeaders('issues', randomUUID(), body, secret || ' ');
    expect((await post(signed)).status).toBe(400);
  });

  it('refuses another content type', async () => {
    const signed = signedHeaders('issues', randomUUID(), body, app.github.app.webhookSecret);
    const answer = await post({ ...signed, 'content-type': 'application/x-www-form-urlencoded' });
    expect(answer.status).toBe(415);
  });

  it('refuses a body of 60 MB each time in words that arrive, and keeps none of it', async () => {
    const before = process.memoryUsage().rss;
    for (let time = 0; time < 20; time++) expect(await postLong(60_000_000)).toBe(413);
    expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
  });

  it('takes webhooks by POST alone, and at one path', async () => {
    expect((await fetch(app.webhookUrl)).status).toBe(405);
    expect((await fetch(`${app.url}/probot`)).status).toBe(404);
    expect((await fetch(`${app.url}/`)).status).toBe(404);
  });

  it('says that it is well', async () => {
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  });

  it('writes no body and no secret into its log', () => {
    const log = app.log.join('');
    expect(log).toContain('webhook');
    expect(log).toContain('"status":400,"msg":"webhook refused"');
    expect(log).not.toContain('"stack"');
    expect(log).not.toContain(canary);
    expect(log).not.toContain(app.github.app.webhookSecret);
    expect(log).not.toContain('PRIVATE KEY');
    expect(log).not.toContain('ghs_');
  });
});

/** Sends a body of so many bytes in chunks, without saying how long it is. */
function postLong(bytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(app.webhookUrl, { method: 'POST' }, (response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
      request.destroy();
    });
    let answered = false;
    request.on('response', () => {
      answered = true;
    });
    request.on('error', (error) => (answered ? undefined : reject(error)));
    const chunk = Buffer.alloc(1_000_000, 'a');
    const write = (left: number) => {
      if (left > 0 && !answered) request.write(chunk, () => write(left - chunk.length));
    };
    write(bytes);
  });
}

describe('many deliveries at once', () => {
  it('give the runs that there should be, and no others', async () => {
    const repository = await app.repository();
    const issues: number[] = [];
    for (let index = 0; index < 20; index++) issues.push(await repository.issue());
    const withheld = await app.withheld(async () => {
      for (const issue of issues) await repository.label(issue);
    });
    const labels = withheld.map(({ guid, event, body: sent }) => ({
      guid,
      event,
      payload: JSON.parse(sent),
    }));
    const noise = Array.from({ length: 170 }, (_, index) => ({
      guid: randomUUID(),
      event: 'issues',
      payload: { ...labels[index % 20]?.payload, label: { name: 'bug' } },
    }));
    const all = [...labels, ...noise, ...labels.slice(0, 10)];
    const answers = await sendDeliveries(app.webhookUrl, app.github.app.webhookSecret, all, 100);
    expect(answers.map(({ status }) => status)).toEqual(Array(200).fill(200));
    const verdicts = await app.settled();
    expect(verdicts).toEqual(Array(20).fill(expect.stringMatching(/^started /)));
    expect(new Set(verdicts).size).toBe(20);
  });
});

describe('what the administrator allows', () => {
  it('leaves other repositories alone', async () => {
    app.github.createOrganisation('other');
    app.github.installApp('other');
    for (const [name, verdict] of [
      ['listed', /^started /],
      ['hidden', /^refused: .*not on the list/],
    ] as const) {
      const repository = await app.repository({ owner: 'other', name });
      await repository.label(await repository.issue());
      expect(await app.settled()).toEqual([expect.stringMatching(verdict)]);
    }
  });

  it('is a budget for each day, and a run that was cancelled gives its part back', async () => {
    await app.restart({ dailyBudgetUsd: 2, dataDirectory: join(app.dataDirectory, 'other') });
    const repository = await app.repository();
    const numbers = [await repository.issue(), await repository.issue(), await repository.issue()];
    const [first = 0, second = 0, third = 0] = numbers;
    await repository.label(first);
    expect(await app.settled()).toEqual([expect.stringMatching(/^started /)]);
    await repository.label(second);
    expect(await app.settled()).toEqual(['refused: budget']);
    expect((await repository.answers(second))[0]).toContain('the budget of the day is used up');
    await repository.unlabel(first);
    await repository.label(third);
    expect((await app.settled()).at(-1)).toMatch(/^started /);
  });

  it('is nothing while it is paused', async () => {
    await app.restart({ paused: true });
    const repository = await app.repository();
    const number = await repository.issue();
    await repository.label(number);
    expect(await app.settled()).toEqual([expect.stringMatching(/^refused: .*paused/)]);
    expect(await repository.answers(number)).toHaveLength(1);
  });
});
