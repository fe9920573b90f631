import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sumsFiles } from '../../src/demo/sums.ts';
import { commands, goodFix, outcomeOf, startTestApp, type TestApp } from '../support/app-run.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

describe.concurrent('publishing', () => {
  it('answers that get lost after each write leave exactly one of each', async () => {
    const title = 'Totals over a bad line';
    const repository = await app.repository();
    app.play(title, commands(goodFix));
    const lose = (path: string, fault: 'reset' | { status: 502 }) =>
      app.github.inject({
        method: 'POST',
        path: new RegExp(`^/repos/${repository.name}/${path}$`),
        when: 'after',
        fault,
      });
    lose('git/commits', { status: 502 });
    lose('git/refs', 'reset');
    lose('pulls', { status: 502 });
    lose('issues/\\d+/comments', 'reset');
    lose('check-runs', { status: 502 });
    const issue = await repository.label({ title });
    expect(outcomeOf(await app.ended(title))).toMatchObject({ outcome: 'proven' });
    const pulls = await repository.pulls();
    expect(pulls).toMatchObject([{ commits: 1, changed_files: 2 }]);
    expect(await repository.branches()).toEqual(['ai-fix/1-totals-over-a-bad-line', 'main']);
    expect(await repository.status(issue)).toContain('Done: pull request #2');
    expect(await repository.comments(issue)).toHaveLength(1);
    expect(await repository.checks(pulls[0]?.head.sha ?? '')).toHaveLength(1);
    const mine = app.github.requests.filter(({ path }) => path.startsWith(`/repos/${repository.name}/`));
    expect(mine.filter(({ status }) => status === 0 || status === 502)).toHaveLength(5);
  });

  it('tokens that expire or are refused in the middle are asked for again', async () => {
    const title = 'Totals over a long time';
    const repository = await app.repository();
    app.play(title, commands(goodFix));
    const hold = app.hold(title, 2);
    app.github.inject({
      method: 'POST',
      path: new RegExp(`^/repos/${repository.name}/git/trees$`),
      when: 'before',
      fault: { status: 401, body: { message: 'Bad credentials' } },
    });
    await repository.label({ title });
    await hold.reached;
    app.github.expireTokens();
    hold.release();
    expect(outcomeOf(await app.ended(title))).toMatchObject({ outcome: 'proven' });
    expect(await repository.pulls()).toMatchObject([{ commits: 1, draft: true }]);
  });

  it('a branch of that name that is not ours is left alone: ours gets a number', async () => {
    const title = 'Totals under a taken name';
    const repository = await app.repository();
    app.play(title, commands(goodFix));
    const { owner, repo } = repository;
    const [main] = await repository.commits('main');
    const taken = 'ai-fix/1-totals-under-a-taken-name';
    const sha = main?.sha ?? '';
    await repository.as('noor').rest.git.createRef({ owner, repo, ref: `refs/heads/${taken}`, sha });
    await repository.label({ title });
    expect(outcomeOf(await app.ended(title))).toMatchObject({ outcome: 'proven' });
    expect(await repository.pulls()).toMatchObject([{ head: { ref: `${taken}-2` } }]);
    expect((await repository.commits(taken))[0]?.sha).toBe(sha);
  });

  it('a branch rule that refuses is told in its words, and nothing is left open', async () => {
    const title = 'Totals behind a rule';
    const repository = await app.repository();
    app.play(title, commands(goodFix));
    const rule = 'Cannot create ref due to creations being restricted.';
    app.github.inject({
      method: 'POST',
      path: new RegExp(`^/repos/${repository.name}/git/refs$`),
      when: 'before',
      fault: { status: 422, body: { message: `Repository rule violations found\n\n${rule}` } },
    });
    const issue = await repository.label({ title });
    expect(outcomeOf(await app.ended(title))).toMatchObject({ outcome: 'failed', code: 'publish_failed' });
    const status = await repository.status(issue);
    expect(status).toContain(rule);
    expect(status).not.toContain('unexpected');
    expect(await repository.pulls()).toEqual([]);
  });

  it('a base branch that was deleted in the middle is named', async () => {
    const title = 'Totals on a short branch';
    const config = { '.github/ai-fix.yml': 'base_branch: next\n' };
    const repository = await app.repository({ files: { ...sumsFiles, ...config } });
    app.play(title, commands(goodFix));
    const { owner, repo } = repository;
    const [main] = await repository.commits('main');
    const noor = repository.as('noor').rest.git;
    await noor.createRef({ owner, repo, ref: 'refs/heads/next', sha: main?.sha ?? '' });
    const hold = app.hold(title, 2);
    const issue = await repository.label({ title });
    await hold.reached;
    await noor.deleteRef({ owner, repo, ref: 'heads/next' });
    hold.release();
    expect(outcomeOf(await app.ended(title))).toMatchObject({ outcome: 'failed', code: 'publish_failed' });
    expect(await repository.status(issue)).toContain('the branch next does not exist any more');
    expect(await repository.branches()).toEqual(['main']);
  });

  it('a pull request that was closed before the retry publishes gets no commit', async () => {
    const title = 'Totals that nobody wants';
    const words = 'one blank line more';
    const repository = await app.repository();
    app.play(title, commands(goodFix));
    app.play(words, commands([`cat >> test/total.test.js <<'END'\n// more\nEND\necho >> README.md`]));
    await repository.label({ title });
    await app.ended(title);
    const [pull] = await repository.pulls();
    const number = pull?.number ?? 0;
    const hold = app.hold(words, 2);
    await repository.comment(number, `/deepseek retry ${words}`);
    await hold.reached;
    // the webhook that would cancel the run gets lost
    app.github.loseDeliveries(({ action, body }) => action === 'closed' && body.includes(repository.name));
    const { owner, repo } = repository;
    await repository.as('maya').rest.pulls.update({ owner, repo, pull_number: number, state: 'closed' });
    hold.release();
    expect(outcomeOf(await app.ended(title, 2))).toMatchObject({ outcome: 'failed', code: 'publish_failed' });
    expect(await repository.pulls()).toMatchObject([{ commits: 1, state: 'closed' }]);
    expect((await repository.comments(number)).at(-1)?.body).toContain('was closed meanwhile');
  });
});
