import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp, type TestRepository } from '../../support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const started = expect.stringMatching(/^started /);
const cancelled = expect.stringMatching(/^cancelled /);

async function queued(repository: TestRepository): Promise<number> {
  const number = await repository.issue();
  await repository.label(number);
  expect(await app.settled()).toEqual([started]);
  return number;
}

describe('a command', () => {
  it('starts a run from a comment, which gets the eyes', async () => {
    const repository = await app.repository();
    const number = await repository.issue();
    const comment = await repository.comment(number, '/deepseek fix Keep it small.');
    expect(await app.settled()).toEqual([started]);
    expect(await repository.reactionsTo(comment)).toEqual(['eyes']);
    expect((await repository.answers(number))[0]).toContain('Asked for: Keep it small.');
  });

  it('that nobody knows is answered with help', async () => {
    const repository = await app.repository();
    const number = await repository.issue();
    await repository.comment(number, '/deepseek please');
    expect(await app.settled()).toEqual(['answered: help']);
    expect((await repository.answers(number))[0]).toContain('add the label');
  });

  it('of a stranger gets a sign and no words, and help gets nothing', async () => {
    const repository = await app.repository();
    const number = await repository.issue();
    const comment = await repository.comment(number, '/deepseek fix', 'rita');
    await repository.comment(number, '/deepseek help', 'rita');
    expect(await app.settled()).toHaveLength(2);
    expect(await repository.answers(number)).toEqual([]);
    expect(await repository.reactionsTo(comment)).toEqual(['confused']);
  });

  it('asks how a run is going', async () => {
    const repository = await app.repository();
    const number = await queued(repository);
    await repository.comment(number, '/deepseek status', 'tria');
    expect(await app.settled()).toEqual(['answered: status']);
    expect((await repository.answers(number))[1]).toContain('Working on it.');
  });

  it('stops a run, which is said in its status comment, and then another can begin', async () => {
    const repository = await app.repository();
    const number = await queued(repository);
    const comment = await repository.comment(number, '/deepseek stop', 'adam');
    expect(await app.settled()).toEqual([cancelled]);
    expect(await repository.reactionsTo(comment)).toEqual(['eyes']);
    const [status, ...more] = await repository.answers(number);
    expect(more).toEqual([]);
    expect(status).toContain('`@adam` asked to stop it');
    expect(await repository.labels(number)).toEqual([]);
    await repository.label(number);
    expect(await app.settled()).toEqual([started]);
  });

  it('to stop where nothing runs is answered', async () => {
    const repository = await app.repository();
    const number = await repository.issue();
    await repository.comment(number, '/deepseek stop');
    expect(await app.settled()).toEqual(['answered: text']);
    expect((await repository.answers(number))[0]).toContain('nothing to stop');
  });

  it('in a review is answered in the conversation', async () => {
    const repository = await app.repository();
    const number = await repository.pull({ by: 'maya' });
    const review = { pull_number: number, event: 'COMMENT', body: '/deepseek help' } as const;
    await app.as('adam').rest.pulls.createReview({ ...repository.where, ...review });
    expect(await app.settled()).toEqual(['answered: help']);
    expect(await repository.answers(number)).toHaveLength(1);
  });

  it('on a line of a pull request is answered in its thread', async () => {
    const repository = await app.repository();
    const number = await repository.pull({ by: 'maya' });
    const { data: pull } = await app.as('adam').rest.pulls.get({ ...repository.where, pull_number: number });
    const place = { path: 'README.md', line: 1, side: 'RIGHT', commit_id: pull.head.sha } as const;
    const asked = { pull_number: number, body: '/deepseek status', ...place };
    const { data: comment } = await app
      .as('adam')
      .rest.pulls.createReviewComment({ ...repository.where, ...asked });
    expect(await app.settled()).toEqual(['answered: status']);
    expect(await repository.answers(number)).toEqual([]);
    const threads = { ...repository.where, pull_number: number };
    const { data: comments } = await app.as('adam').rest.pulls.listReviewComments(threads);
    expect(comments[1]).toMatchObject({ in_reply_to_id: comment.id, user: { login: 'ai-fix[bot]' } });
  });
});

describe('a retry', () => {
  async function retry(repository: TestRepository, number: number): Promise<string> {
    await repository.comment(number, '/deepseek retry Use a map.');
    expect(await app.settled()).toEqual([expect.stringMatching(/^refused: /)]);
    return (await repository.answers(number)).at(-1) ?? '';
  }

  it("is refused on somebody else's pull request", async () => {
    const repository = await app.repository();
    expect(await retry(repository, await repository.pull({ by: 'adam' }))).toContain('is not by ai-fix');
  });

  it('is refused on a closed pull request', async () => {
    const repository = await app.repository();
    const number = await repository.pull({ by: 'app' });
    await app.as('maya').rest.pulls.update({ ...repository.where, pull_number: number, state: 'closed' });
    await app.settled();
    expect(await retry(repository, number)).toContain('this pull request is closed');
  });

  it('is refused on a merged pull request', async () => {
    const repository = await app.repository();
    const number = await repository.pull({ by: 'app' });
    await app.as('maya').rest.pulls.merge({ ...repository.where, pull_number: number });
    await app.settled();
    expect(await retry(repository, number)).toContain('this pull request is merged');
  });

  it('on our own open pull request begins at its head', async () => {
    const repository = await app.repository();
    const issue = await repository.issue();
    const number = await repository.pull({ by: 'app', branch: `ai-fix/${issue}-sum` });
    await repository.comment(number, '/deepseek retry Use a map.');
    expect(await app.settled()).toEqual([started]);
    const { data: pull } = await app.as('adam').rest.pulls.get({ ...repository.where, pull_number: number });
    const [status] = await repository.answers(number);
    expect(status).toContain(pull.head.sha.slice(0, 10));
    expect(status).toContain('Waiting to work on your review');
  });

  it('on an issue without a pull request is a new attempt', async () => {
    const repository = await app.repository();
    const number = await repository.issue();
    await repository.comment(number, '/deepseek retry');
    expect(await app.settled()).toEqual([started]);
  });
});

describe('a run that waits ends', () => {
  it.each([
    ['the label is taken off', 'removed the label', (r: TestRepository, n: number) => r.unlabel(n)],
    [
      'the issue is closed',
      'closed it',
      ({ where }: TestRepository, issue_number: number) =>
        app.as('maya').rest.issues.update({ ...where, issue_number, state: 'closed' }),
    ],
  ])('when %s', async (_, reason, act) => {
    const repository = await app.repository();
    const number = await queued(repository);
    await act(repository, number);
    expect(await app.settled()).toEqual([cancelled]);
    const [status, ...more] = await repository.answers(number);
    expect(more).toEqual([]);
    expect(status).toContain(`\`@maya\` ${reason}`);
  });

  it('when the issue is deleted', async () => {
    const repository = await app.repository();
    const number = await queued(repository);
    await app.github.deleteIssue(repository.fullName, number, 'adam');
    expect(await app.settled()).toEqual([cancelled]);
  });

  it('when the issue is transferred', async () => {
    const [repository, other] = [await app.repository(), await app.repository()];
    const number = await queued(repository);
    app.github.transferIssue(repository.fullName, number, other.fullName, 'adam');
    expect(await app.settled()).toEqual([cancelled]);
  });

  it.each(['uninstall', 'suspend'] as const)('when the App is cut off by %s', async (how) => {
    app.github.createOrganisation(how);
    app.github.installApp(how);
    const numbers = [];
    for (const _ of [1, 2]) numbers.push(await queued(await app.repository({ owner: how, private: true })));
    app.github[how](how);
    const [verdict] = await app.settled();
    expect(verdict?.split(', ')).toHaveLength(numbers.length);
  });

  it('when its repository is taken from the installation, and others go on', async () => {
    app.github.createOrganisation('partly');
    app.github.installApp('partly');
    const [kept, lost] = [
      await app.repository({ owner: 'partly', private: true, name: 'kept' }),
      await app.repository({ owner: 'partly', private: true, name: 'lost' }),
    ];
    await queued(lost);
    const number = await queued(kept);
    app.github.selectRepositories('partly', ['kept']);
    const [verdict] = await app.settled();
    expect(verdict).toMatch(/^cancelled [^,]+$/);
    await kept.comment(number, '/deepseek stop');
    expect(await app.settled()).toEqual([cancelled]);
  });
});

describe('faults of GitHub', () => {
  const comments = /\/issues\/\d+\/comments$/;
  const limited = { limit: 'primary', seconds: 1 } as const;
  const forbidden = { status: 403, body: { message: 'Resource not accessible by integration' } } as const;
  const afterwards = { when: 'after', method: 'POST', path: comments } as const;

  it.each([
    ['its status comment was written and the answer was a 502', { ...afterwards, fault: { status: 502 } }],
    ['its status comment was written and the answer was lost', { ...afterwards, fault: 'reset' }],
    ['its status comment was written and the answer was a page', { ...afterwards, fault: 'html' }],
    [
      'a token is refused once',
      { when: 'before', method: 'GET', path: /\/permission$/, fault: { status: 401 } },
    ],
    ['the eyes are refused', { when: 'before', method: 'POST', path: /reactions$/, fault: forbidden }],
    ['the eyes meet a limit', { when: 'before', method: 'POST', path: /reactions$/, fault: limited }],
    ['the rate limit is used up', { when: 'before', method: 'GET', path: /\/permission$/, fault: limited }],
  ] as const)('one run with one status comment begins when %s', async (_, fault) => {
    const repository = await app.repository();
    const number = await repository.issue();
    app.github.inject(fault);
    await repository.label(number);
    expect(await app.settled()).toEqual([started]);
    expect(await repository.answers(number)).toHaveLength(1);
  });

  it('a cancellation is said later when it could not be said at once', async () => {
    const repository = await app.repository();
    const number = await queued(repository);
    app.github.inject({
      method: 'PATCH',
      path: /comments/,
      when: 'before',
      times: 6,
      fault: { status: 502 },
    });
    await repository.unlabel(number);
    await app.settled();
    const [status] = await repository.answers(number);
    expect(status).toContain('`@maya` removed the label');
  });
});
