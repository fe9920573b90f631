import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { refusedTest, sumsFiles } from '../../src/demo/sums.ts';
import {
  commands,
  containersOf,
  goodFix,
  outcomeOf,
  startTestApp,
  type TestApp,
  type TestRepository,
} from '../support/app-run.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const wish = 'total() should refuse text';
const refusing = `sed -i "s/  let sum = 0;/  if (numbers.some((one) => typeof one !== 'number')) throw new TypeError('not a number');\\n  let sum = 0;/" lib/total.js`;
const secondFix = [`${refusing}\ncat >> test/total.test.js <<'END'${refusedTest}END`];

describe('the life of a pull request', () => {
  const title = 'Totals forget the last number';
  let repository: TestRepository;
  let issue: number;
  const pullNow = async () => {
    const [pull] = await repository.pulls();
    if (pull === undefined) throw new Error('there is no pull request');
    return pull;
  };

  beforeAll(async () => {
    repository = await app.repository();
    app.play(title, commands(goodFix));
    app.play(wish, commands(secondFix, 'Text is refused now.'));
    issue = await repository.label({ title });
    await app.ended(title);
  });

  it('a label becomes a draft pull request that says first what is proven and closes the issue', async () => {
    const pull = await pullNow();
    const shown = (pull.body ?? '').replace(/^(<!--.*-->\n)+/, '');
    expect(shown).toMatch(/^✅ \*\*Proven by tests\.\*\* 1 test fails without the fix and passes with it/);
    expect(shown).toContain(`\nFixes #${issue}\n`);
    expect(pull).toMatchObject({
      draft: true,
      commits: 1,
      head: { ref: 'ai-fix/1-totals-forget-the-last-number' },
    });
    expect(pull.requested_reviewers?.map(({ login }) => login)).toEqual(['maya']);
    const verified = (await app.ended(title)).events.find(({ type }) => type === 'verified');
    const [commit] = await repository.commits(pull.head.ref);
    expect(verified).toMatchObject({ verification: { tree: commit?.commit.tree.sha } });
    expect(commit?.commit.message).toMatch(/\nCo-authored-by: maya <\d+\+maya@users\.noreply\..*>\n/);
    expect(commit?.author?.login).toBe('ai-fix[bot]');
  });

  it('its check says the verdict and offers another try', async () => {
    const pull = await pullNow();
    const [check] = await repository.checks(pull.head.sha);
    expect(check).toMatchObject({
      status: 'completed',
      conclusion: 'success',
      output: { title: 'Proven: 1 test red to green, 3 tests still green' },
    });
    const written = repository.asked().filter(({ call }) => call.includes('/check-runs'));
    expect(written.at(-1)?.body).toMatchObject({ actions: [{ label: 'Retry', identifier: 'retry' }] });
  });

  it('the issue tells the end: status ticked, label gone, a rocket instead of eyes', async () => {
    const status = await repository.status(issue);
    expect(status).toContain('### ✅ Done: pull request #2');
    expect(status).not.toContain('- [ ]');
    expect(await repository.reactions(issue)).toEqual(['rocket']);
    const { data } = await repository
      .as('maya')
      .rest.issues.get({ owner: repository.owner, repo: repository.repo, issue_number: issue });
    expect(data.labels).toEqual([]);
  });

  it('the commit is left to GitHub to sign, and tokens are for one repository, for no more than is needed', () => {
    const commit = repository.asked().find(({ call }) => call === 'POST /git/commits');
    expect(Object.keys(commit?.body as object).sort()).toEqual(['message', 'parents', 'tree']);
    const asked = app.github.requests.filter(({ path }) => path.endsWith('/access_tokens'));
    const scopes = asked.map(({ body }) => body as Scope);
    expect(scopes.length).toBeGreaterThan(3);
    // to find labels that were missed the issues of all repositories are searched, and nothing else can be done there
    const [ofAll, ofOne] = [scopes.filter(isOfAll), scopes.filter((scope) => !isOfAll(scope))];
    for (const { permissions } of ofAll) expect(permissions).toEqual({ issues: 'read', metadata: 'read' });
    for (const { repository_ids = [], repositories = [], permissions } of ofOne) {
      expect([...repository_ids, ...repositories]).toHaveLength(1);
      expect(tokenKinds).toContainEqual(permissions);
      if (repositories.length > 0) expect(permissions).toEqual({ contents: 'read' });
    }
    for (const { path } of app.github.requests) expect(path).not.toMatch(/gh[sp]_|access_token=/);
  });

  it('a retry adds a commit on top of what people pushed, and answers the review', async () => {
    const { head, number } = await pullNow();
    const pushed = await repository.push(head.ref, 'docs.md', 'Words.\n');
    await repository.as('maya').rest.pulls.createReview({
      owner: repository.owner,
      repo: repository.repo,
      pull_number: number,
      event: 'COMMENT',
      body: `/deepseek retry ${wish}`,
      comments: [{ path: 'lib/total.js', line: 4, side: 'RIGHT', body: 'Text should be an error.' }],
    });
    const run = await app.ended(title, 2);
    expect(outcomeOf(run)).toMatchObject({ outcome: 'proven' });
    const commits = await repository.commits(head.ref);
    expect(commits.map(({ sha }) => sha).slice(1, 3)).toEqual([pushed, head.sha]);
    const body = (await pullNow()).body ?? '';
    const [newest, oldest] = [
      body.indexOf('what is no number is refused'),
      body.indexOf('every number counts'),
    ];
    expect(newest).toBeGreaterThan(0);
    expect(oldest).toBeGreaterThan(newest);
    const { data: thread } = await repository
      .as('maya')
      .rest.pulls.listReviewComments({ owner: repository.owner, repo: repository.repo, pull_number: number });
    expect(thread.map(({ user }) => user?.login)).toEqual(['maya', 'ai-fix[bot]']);
    expect(thread[1]).toMatchObject({ in_reply_to_id: thread[0]?.id });
    expect(thread[1]?.body).toContain('changes `lib/total.js`');
    const checks = await Promise.all([head.sha, pushed, commits[0]?.sha ?? ''].map(repository.checks));
    for (const one of checks.flat()) expect(one.status).toBe('completed');
    expect(checks[2]).toMatchObject([{ conclusion: 'success' }]);
  });

  it('what somebody pushes while a retry is tested is not overwritten, and that is said', async () => {
    const { head, number } = await pullNow();
    const words = 'rename nothing at all';
    app.play(words, commands([`cat >> test/total.test.js <<'END'\n// more to come\nEND\necho >> README.md`]));
    const hold = app.hold(words, 2);
    await repository.comment(number, `/deepseek retry ${words}`);
    await hold.reached;
    const pushed = await repository.push(head.ref, 'late.md', 'Late.\n');
    hold.release();
    const run = await app.ended(title, 3);
    expect(outcomeOf(run)).toMatchObject({ outcome: 'failed', code: 'publish_failed' });
    expect((await repository.commits(head.ref))[0]?.sha).toBe(pushed);
    const texts = (await repository.comments(number)).map(({ body }) => body);
    expect(texts.at(-1)).toContain('Somebody pushed to pull request 2 while this was tested');
    expect(texts.at(-1)).toContain('Nothing was overwritten');
    expect(texts.at(-1)).not.toContain('unexpected');
  });
});

interface Scope {
  repository_ids?: number[];
  repositories?: string[];
  permissions: Record<string, string>;
}

const isOfAll = ({ repository_ids, repositories }: Scope) =>
  repository_ids === undefined && repositories === undefined;

const tokenKinds = [
  {
    contents: 'read',
    issues: 'read',
    pull_requests: 'read',
    checks: 'read',
    statuses: 'read',
    metadata: 'read',
  },
  { issues: 'write', pull_requests: 'write', checks: 'write' },
  { contents: 'write', pull_requests: 'write' },
  { contents: 'read' },
];

describe.concurrent('runs that do not end in a proof', () => {
  it('a change that no test proves becomes a draft that says so first and does not close the issue', async () => {
    const title = 'Wrongly mended totals';
    const repository = await app.repository();
    app.play(title, commands(["sed -i 's/let sum = 0/let sum = 1/' lib/total.js"], 'It is mended.'));
    const issue = await repository.label({ title });
    expect(outcomeOf(await app.ended(title))).toMatchObject({ outcome: 'unproven' });
    const [pull] = await repository.pulls();
    const shown = (pull?.body ?? '').replace(/^(<!--.*-->\n)+/, '');
    expect(shown).toMatch(/^⚠️ \*\*Not proven: review it with care\.\*\*/);
    expect(shown).toContain(`Refs #${issue}\n`);
    expect(shown).not.toContain('Fixes #');
    expect(pull?.draft).toBe(true);
    expect(await repository.reactions(issue)).toEqual(['confused']);
  });

  it('half a change that the model broke off is tested and becomes a draft, and both places say so', async () => {
    const title = 'Totals that are never finished';
    const repository = await app.repository();
    const half = commands(['echo "exports.half = true;" > lib/half.js']).slice(0, 1);
    app.play(title, [...half, { content: 'unsaid', faults: [{ status: 400, message: 'strange' }] }]);
    const issue = await repository.label({ title });
    expect(outcomeOf(await app.ended(title))).toMatchObject({ outcome: 'failed' });
    const [pull] = await repository.pulls();
    expect(pull?.draft).toBe(true);
    expect(pull?.body).toContain(`Refs #${issue}\n`);
    expect(pull?.body).toContain('The agent was stopped before it said that it was done: the model failed.');
    expect(pull?.body).toContain('lib/half.js');
    expect(await repository.status(issue)).toContain(`What was done is in pull request #${pull?.number}.`);
  });

  it.each([
    {
      what: 'nothing was changed',
      turns: [{ content: 'All is well.' }, { content: 'All is well, really.' }],
      outcome: 'no_change',
      said: ['### ℹ️ Nothing changed', 'All is well'],
    },
    {
      what: 'a protected path was changed',
      turns: commands(['mkdir -p .github/workflows && echo on: push > .github/workflows/own.yml']),
      outcome: 'refused',
      said: ['touches what the bot must not change', '.github/workflows/own.yml'],
    },
  ])(
    'when $what there is no pull request, and the status says why',
    async ({ what, turns, outcome, said }) => {
      const title = `Totals when ${what}`;
      const repository = await app.repository();
      app.play(title, turns);
      const issue = await repository.label({ title });
      expect(outcomeOf(await app.ended(title))).toMatchObject({ outcome });
      const status = await repository.status(issue);
      for (const words of said) expect(status).toContain(words);
      expect(await repository.pulls()).toEqual([]);
      expect(await repository.branches()).toEqual(['main']);
      expect(await repository.reactions(issue)).toEqual(['confused']);
    },
  );

  it('a repository that nothing is known about is told what to put into .github/ai-fix.yml', async () => {
    const title = 'Totals of nobody knows what';
    const repository = await app.repository({ files: { 'notes.txt': 'Nothing to install.\n' } });
    const issue = await repository.label({ title });
    expect(outcomeOf(await app.ended(title))).toMatchObject({ outcome: 'refused', code: 'no_environment' });
    const status = await repository.status(issue);
    expect(status).toContain('Say it in `.github/ai-fix.yml` on the base branch, for example:\n\n```yaml\n');
    expect(status).toMatch(/^test:/m);
  });
});

describe.concurrent('runs that people end', () => {
  it.each<{ how: string; said: string; end(repository: TestRepository, issue: number): Promise<unknown> }>([
    {
      how: 'by /deepseek stop',
      said: '`@noor` asked to stop it',
      end: (repository, issue) => repository.comment(issue, '/deepseek stop', 'noor'),
    },
    {
      how: 'by taking the label off',
      said: '`@noor` removed the label',
      end: ({ as, owner, repo }, issue) =>
        as('noor').rest.issues.removeLabel({ owner, repo, issue_number: issue, name: 'ai-fix' }),
    },
    {
      how: 'by closing the issue',
      said: '`@noor` closed it',
      end: ({ as, owner, repo }, issue) =>
        as('noor').rest.issues.update({ owner, repo, issue_number: issue, state: 'closed' }),
    },
  ])('a run that is ended $how leaves nothing but the word who did it', async ({ how, said, end }) => {
    const title = `Totals ended ${how}`;
    const repository = await app.repository();
    app.play(title, commands(['echo >> README.md']));
    const hold = app.hold(title, 2);
    const issue = await repository.label({ title });
    await hold.reached;
    await end(repository, issue);
    const run = await app.ended(title);
    hold.release();
    expect(outcomeOf(run)).toMatchObject({ outcome: 'cancelled' });
    const status = await repository.status(issue);
    expect(status).toContain('### ⏹️ Cancelled');
    expect(status).toContain(said);
    expect(await repository.pulls()).toEqual([]);
    await vi.waitFor(async () => expect(await containersOf(run)).toEqual([]), { timeout: 10_000 });
  });

  it('nothing is published for somebody who lost write access in the meantime', async () => {
    const title = 'Totals for somebody who left';
    const repository = await app.repository({ files: sumsFiles });
    app.play(title, commands(goodFix));
    const hold = app.hold(title, 2);
    const issue = await repository.label({ title });
    await hold.reached;
    app.github.setPermission(repository.name, 'maya', 'read');
    hold.release();
    expect(outcomeOf(await app.ended(title))).toMatchObject({ outcome: 'refused', code: 'not_permitted' });
    app.github.setPermission(repository.name, 'maya', 'write');
    const status = await repository.status(issue);
    expect(status).toContain('may not write to the repository any more');
    expect(status).not.toContain('unexpected');
    expect(await repository.branches()).toEqual(['main']);
    expect(await repository.pulls()).toEqual([]);
  });
});
