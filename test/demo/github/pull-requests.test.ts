import type { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commitFile, refusalOf, startWithRepository, sums } from '../../support/github.ts';

let test: Awaited<ReturnType<typeof startWithRepository>>;
let ann: Octokit;
let app: Octokit;

beforeAll(async () => {
  test = await startWithRepository();
  ann = test.as('ann');
  app = test.asInstallation(test.installation);
});
afterAll(async () => {
  await test.github.settled();
  expect(test.deviations).toEqual([]);
  expect(test.github.requests.filter(({ error }) => error !== null)).toEqual([]);
  await test[Symbol.asyncDispose]();
});

async function open(branch: string, file: string, content: string, body = '', draft = false) {
  await commitFile(app, file, content, { branch });
  const { data } = await app.rest.pulls.create({
    ...sums,
    title: branch,
    head: branch,
    base: 'main',
    body,
    draft,
  });
  await test.news();
  return { ...data, at: { ...sums, pull_number: data.number } };
}

describe('a pull request', () => {
  it('moves along with its branch', async () => {
    const pull = await open('moving', 'moving.js', 'a\n');
    const sha = await commitFile(app, 'moving.js', 'b\n', { parent: 'moving' });
    await app.rest.git.updateRef({ ...sums, ref: 'heads/moving', sha });
    expect(await test.news()).toEqual(['push', 'check_suite.requested', 'pull_request.synchronize']);
    const { data } = await app.rest.pulls.get(pull.at);
    expect(data).toMatchObject({ head: { sha }, commits: 2 });
    const { data: kept } = await app.rest.git.getRef({ ...sums, ref: `pull/${pull.number}/head` });
    expect(kept.object.sha).toBe(sha);
    const { data: files } = await app.rest.pulls.listFiles(pull.at);
    expect(files).toMatchObject([{ filename: 'moving.js', patch: '@@ -0,0 +1 @@\n+b' }]);
    expect((await app.rest.pulls.listCommits(pull.at)).data).toHaveLength(2);
    const { data: diff } = await app.rest.pulls.get({ ...pull.at, mediaType: { format: 'diff' } });
    expect(diff).toContain('+b');
  });

  it('is also an issue, with labels and comments of its own event names', async () => {
    const pull = await open('labelled', 'labelled.js', 'a\n');
    const at = { ...sums, issue_number: pull.number };
    await ann.rest.issues.addLabels({ ...at, labels: ['bug'] });
    await ann.rest.issues.createComment({ ...at, body: '/deepseek retry' });
    await app.rest.pulls.update({ ...pull.at, body: 'New text' });
    expect(await test.news()).toEqual([
      'pull_request.labeled',
      'issue_comment.created',
      'pull_request.edited',
    ]);
    const { payload } = test.received.findLast(({ name }) => name === 'issue_comment.created') ?? {};
    expect(payload.issue.pull_request.url).toContain(`/pulls/${pull.number}`);
    expect((await app.rest.issues.get(at)).data.pull_request).toBeDefined();
  });

  it('is found by head, but only with its owner', async () => {
    await open('found', 'found.js', 'a\n');
    const heads = async (head: string) => (await app.rest.pulls.list({ ...sums, head })).data.length;
    expect(await heads('acme:found')).toBe(1);
    expect(await heads('acme:nothing')).toBe(0);
    expect(await heads('nothing')).toBeGreaterThan(1);
  });

  it('is made once, also by two at the same time', async () => {
    await commitFile(app, 'twice.js', 'a\n', { branch: 'twice' });
    const make = () => refusalOf(app.rest.pulls.create({ ...sums, title: 'x', head: 'twice', base: 'main' }));
    const results = await Promise.all([make(), make()]);
    expect(results.toSorted()).toEqual([
      '422 Validation Failed: A pull request already exists for acme:twice.',
      'not refused',
    ]);
  });

  it('closes when its branch goes, and does not come back', async () => {
    const pull = await open('short', 'short.js', 'a\n');
    await app.rest.git.deleteRef({ ...sums, ref: 'heads/short' });
    expect(await test.news()).toEqual(['push', 'pull_request.closed']);
    expect(await refusalOf(ann.rest.pulls.update({ ...pull.at, state: 'open' }))).toMatch(
      /branch was deleted/,
    );
  });

  it('merges three ways and closes what it says it closes', async () => {
    const { data: issue } = await ann.rest.issues.create({ ...sums, title: 'Wrong' });
    const pull = await open('good', 'sum.js', 'ONE\ntwo\nthree\n', `Fixes #${issue.number}`);
    await open('other', 'other.js', 'a\n').then(({ at }) =>
      ann.rest.pulls.merge({ ...at, merge_method: 'squash' }),
    );
    await test.news();
    const { data: merged } = await ann.rest.pulls.merge(pull.at);
    expect(merged.merged).toBe(true);
    expect(await test.news()).toEqual([
      'pull_request.closed',
      'issues.closed',
      'push',
      'check_suite.requested',
    ]);
    const { data: tree } = await app.rest.git.getTree({ ...sums, tree_sha: 'main' });
    expect(tree.tree.map(({ path }) => path)).toEqual(['lib', 'other.js', 'sum.js']);
    expect((await app.rest.pulls.get(pull.at)).data).toMatchObject({
      merged: true,
      merged_by: { login: 'ann' },
    });
    expect((await app.rest.pulls.checkIfMerged(pull.at)).status).toBe(204);
    const { data: timeline } = await app.rest.issues.listEventsForTimeline({
      ...sums,
      issue_number: issue.number,
    });
    expect(timeline).toMatchObject([
      { event: 'cross-referenced', source: { issue: { number: pull.number } } },
      { event: 'closed' },
    ]);
  });

  it('does not merge as a draft or in conflict', async () => {
    const draft = await open('draft', 'draft.js', 'a\n', '', true);
    expect(await refusalOf(ann.rest.pulls.merge(draft.at))).toBe('405 Pull Request is still a draft');
    const [one, two] = [await open('left', 'lib/a.js', 'left\n'), await open('right', 'lib/a.js', 'right\n')];
    await ann.rest.pulls.merge(one.at);
    expect((await app.rest.pulls.get(two.at)).data).toMatchObject({
      mergeable: false,
      mergeable_state: 'dirty',
    });
    expect(await refusalOf(ann.rest.pulls.merge(two.at))).toBe('405 Pull Request is not mergeable');
  });
});

describe('a review', () => {
  it('comes with comments on lines, which are answered', async () => {
    const pull = await open('reviewed', 'reviewed.js', 'a\nb\nc\n');
    await app.rest.pulls.requestReviewers({ ...pull.at, reviewers: ['ann'] });
    const { data: review } = await ann.rest.pulls.createReview({
      ...pull.at,
      event: 'REQUEST_CHANGES',
      body: 'Not yet',
      comments: [{ path: 'reviewed.js', line: 2, body: 'Why?' }],
    });
    expect(await test.news()).toEqual([
      'pull_request.review_requested',
      'pull_request_review.submitted',
      'pull_request_review_comment.created',
    ]);
    expect(review.state).toBe('CHANGES_REQUESTED');
    const submitted = test.received.findLast(({ name }) => name === 'pull_request_review.submitted');
    expect(submitted?.payload.review.state).toBe('changes_requested');
    const at = { ...pull.at, review_id: review.id };
    const { data: comments } = await app.rest.pulls.listCommentsForReview(at);
    expect(comments).toMatchObject([{ path: 'reviewed.js', diff_hunk: '@@ -0,0 +1,3 @@\n+a\n+b' }]);
    const first = comments[0]?.id ?? 0;
    const { data: reply } = await app.rest.pulls.createReplyForReviewComment({
      ...pull.at,
      comment_id: first,
      body: 'Done',
    });
    expect(reply.in_reply_to_id).toBe(first);
    await app.rest.pulls.createReviewComment({
      ...pull.at,
      commit_id: pull.head.sha,
      path: 'reviewed.js',
      line: 1,
      body: 'Note',
    });
    await app.rest.pulls.updateReviewComment({ ...sums, comment_id: reply.id, body: 'Really done' });
    await app.rest.reactions.createForPullRequestReviewComment({
      ...sums,
      comment_id: first,
      content: 'eyes',
    });
    await app.rest.reactions.listForPullRequestReviewComment({ ...sums, comment_id: first });
    expect((await app.rest.pulls.listReviewComments(pull.at)).data).toHaveLength(3);
    await app.rest.pulls.getReviewComment({ ...sums, comment_id: first });
    await app.rest.pulls.listReviews(pull.at);
    await app.rest.pulls.getReview(at);
    await ann.rest.pulls.dismissReview({ ...at, message: 'Fine' });
    await app.rest.pulls.deleteReviewComment({ ...sums, comment_id: reply.id });
    expect((await test.news()).at(-1)).toBe('pull_request_review_comment.deleted');
  });
});
