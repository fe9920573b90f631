import { describe, expect, it } from 'vitest';
import { listClosingPulls } from '../../src/github/calls/closing-pulls.ts';
import { editComment, findComment, listComments, postComment } from '../../src/github/calls/comments.ts';
import { ensureLabel, getIssue, permissionOf, removeLabel } from '../../src/github/calls/issues.ts';
import { react, unreact } from '../../src/github/calls/reactions.ts';
import { listReviewThreads, replyInThread } from '../../src/github/calls/reviews.ts';
import { bot, type Endpoint, losses, me, person, repository, startGitHub } from '../support/github-server.ts';

const marker = '<!-- ai-fix:run=1 -->';
const ours = { me, name: 'status', isIt: (body: string) => body.includes(marker) };
const times = { created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' };

/** Comments of an issue, as GitHub keeps them. */
function comments(there: { user: typeof bot; body: string }[] = []) {
  const kept = there.map((comment, index) => ({ id: index + 1, html_url: 'u', ...times, ...comment }));
  const endpoints: Record<string, Endpoint> = {
    'GET /repos/ann/sums/issues/1/comments': ({ query }) => {
      const page = Number(query.get('page') ?? 1);
      return { status: 200, body: kept.slice((page - 1) * 100, page * 100) };
    },
    'POST /repos/ann/sums/issues/1/comments': ({ body }) => {
      const comment = { id: kept.length + 1, user: bot, body: body.body, html_url: 'u', ...times };
      kept.push(comment);
      return { status: 201, body: comment };
    },
    'PATCH /repos/ann/sums/issues/comments/(\\d+)': ({ parts: [id], body }) => {
      const found = kept.find((comment) => comment.id === Number(id));
      if (found === undefined) return { status: 404, body: { message: 'Not Found' } };
      found.body = body.body;
      return { status: 200, body: found };
    },
  };
  return { kept, endpoints };
}

describe('postComment', () => {
  it.each(losses)('leaves one comment when its answer is lost: %s', async (loss) => {
    const { kept, endpoints } = comments();
    await using server = await startGitHub(endpoints);
    server.lose(/POST .*comments/, loss);
    const comment = await postComment(server.octokit, repository, 1, `Hello ${marker}`, ours);
    expect(comment).toMatchObject({ id: 1, body: `Hello ${marker}` });
    expect(kept).toHaveLength(1);
  });

  it('leaves one comment when a process that died had posted it', async () => {
    const { kept, endpoints } = comments([{ user: bot, body: marker }]);
    await using server = await startGitHub(endpoints);
    expect(await postComment(server.octokit, repository, 1, `Hello ${marker}`, ours)).toMatchObject({
      id: 1,
    });
    expect(kept).toHaveLength(1);
  });

  it('does not take somebody else’s comment with our marker for ours', async () => {
    const { kept, endpoints } = comments([{ user: person, body: marker }]);
    await using server = await startGitHub(endpoints);
    expect(await findComment(server.octokit, repository, 1, ours)).toBeNull();
    expect(await postComment(server.octokit, repository, 1, marker, ours)).toMatchObject({ id: 2 });
    expect(kept).toHaveLength(2);
  });
});

describe('comments', () => {
  it('are replaced, also when the answer is lost, and it is told when they are gone', async () => {
    const { kept, endpoints } = comments([{ user: bot, body: 'old' }]);
    await using server = await startGitHub(endpoints);
    server.lose(/PATCH/, 'reset');
    expect(await editComment(server.octokit, repository, 1, 'new')).toBe(true);
    expect(kept.map(({ body }) => body)).toEqual(['new']);
    expect(await editComment(server.octokit, repository, 9, 'new')).toBe(false);
  });

  it('of deleted accounts have no author', async () => {
    await using server = await startGitHub({
      'GET /repos/ann/sums/issues/1/comments': () => ({
        status: 200,
        body: [{ id: 1, user: null, body: 'x', html_url: 'u', ...times }],
      }),
    });
    expect(await listComments(server.octokit, repository, 1)).toMatchObject([{ author: null, body: 'x' }]);
  });

  it('are read up to a thousand, however long the list', async () => {
    await using server = await startGitHub({
      'GET /repos/ann/sums/issues/1/comments': ({ request }) => ({
        status: 200,
        headers: { link: `<http://${request.headers.host}${request.url}>; rel="next"` },
        body: [{ id: 1, user: person, body: 'x', html_url: 'u', ...times }],
      }),
    });
    expect(await listComments(server.octokit, repository, 1)).toHaveLength(10);
  });
});

describe('getIssue', () => {
  const issue = {
    number: 1,
    title: 'A',
    body: null,
    html_url: 'u',
    state: 'open',
    locked: false,
    user: person,
    labels: [{ name: 'ai-fix' }, 'bug'],
    comments: 2,
    ...times,
  };

  it('reads what GitHub may leave empty', async () => {
    await using server = await startGitHub({
      'GET /repos/ann/sums/issues/1': () => ({ status: 200, body: issue }),
    });
    expect(await getIssue(server.octokit, repository, 1)).toMatchObject({
      body: '',
      labels: ['ai-fix', 'bug'],
      author: { id: 5, login: 'ann', bot: false },
    });
  });

  it.each([404, 410])('finds none where GitHub answers %i', async (status) => {
    await using server = await startGitHub({
      'GET /repos/ann/sums/issues/1': () => ({ status, body: { message: 'gone' } }),
    });
    expect(await getIssue(server.octokit, repository, 1)).toBeNull();
  });

  it.each([
    [42, 'A'],
    [43, undefined],
  ])('follows a renamed repository and no transferred issue: repository %i', async (id, title) => {
    await using server = await startGitHub({
      'GET /repos/ann/sums/issues/1': () => ({
        status: 301,
        headers: { location: `/repositories/${id}/issues/1` },
        body: {},
      }),
      'GET /repositories/\\d+/issues/1': () => ({ status: 200, body: issue }),
    });
    expect((await getIssue(server.octokit, repository, 1))?.title).toBe(title);
  });
});

describe('permissionOf', () => {
  const actor = { id: 5, login: 'ann', bot: false };
  const levels = ['pull', 'triage', 'push', 'maintain', 'admin'];
  it.each([
    ['admin', 5, 'admin'],
    ['maintain', 5, 'maintain'],
    ['push', 5, 'write'],
    ['triage', 5, 'triage'],
    ['pull', 5, 'read'],
    ['unheard of', 5, 'none'],
    ['admin', 6, 'none'],
  ])('of %s for user %i is %s', async (level, id, expected) => {
    const has = (each: string) => levels.indexOf(each) <= levels.indexOf(level);
    const permissions = Object.fromEntries(levels.map((each) => [each, has(each)]));
    await using server = await startGitHub({
      'GET /repos/ann/sums/collaborators/ann/permission': () => ({
        status: 200,
        body: { permission: 'read', user: { ...person, id, permissions } },
      }),
    });
    expect(await permissionOf(server.octokit, repository, actor)).toBe(expected);
  });

  it('is none for an account that is gone', async () => {
    await using server = await startGitHub({
      'GET /repos/ann/sums': () => ({ status: 200, body: { id: 42 } }),
    });
    expect(await permissionOf(server.octokit, repository, actor)).toBe('none');
  });

  it('is not known where the repository is gone', async () => {
    await using server = await startGitHub({});
    const asked = permissionOf(server.octokit, repository, actor);
    await expect(asked).rejects.toMatchObject({ code: 'github_not_found' });
  });
});

describe('labels', () => {
  it.each(losses)('are made once when the answer is lost: %s', async (loss) => {
    const names: string[] = [];
    await using server = await startGitHub({
      'GET /repos/ann/sums/labels/ai-fix': () =>
        names.length > 0 ? { status: 200, body: {} } : { status: 404, body: { message: 'Not Found' } },
      'POST /repos/ann/sums/labels': ({ body }) => {
        names.push(body.name);
        return { status: 201, body: {} };
      },
    });
    server.lose(/POST .*labels/, loss);
    await ensureLabel(server.octokit, repository, { name: 'ai-fix', color: '0e8a16', description: 'Fix it' });
    expect(names).toEqual(['ai-fix']);
  });

  it('are taken off, also when they are off already', async () => {
    await using server = await startGitHub({});
    await removeLabel(server.octokit, repository, 1, 'ai-fix');
    expect(server.calls(/DELETE \/repos\/ann\/sums\/issues\/1\/labels\/ai-fix/)).toHaveLength(1);
  });
});

describe('reactions', () => {
  it.each([
    [{ kind: 'issue', number: 1 }, '/issues/1/reactions'],
    [{ kind: 'comment', id: 3 }, '/issues/comments/3/reactions'],
    [{ kind: 'review_comment', id: 4 }, '/pulls/comments/4/reactions'],
  ] as const)('to %j are given, and only ours are taken back', async (target, path) => {
    const removed: string[] = [];
    await using server = await startGitHub({
      [`POST /repos/ann/sums${path}`]: () => ({ status: 201, body: {} }),
      [`GET /repos/ann/sums${path}`]: () => ({
        status: 200,
        body: [
          { id: 11, user: person },
          { id: 12, user: bot },
        ],
      }),
      [`DELETE /repos/ann/sums${path}/(\\d+)`]: ({ parts }) => {
        removed.push(...parts);
        return { status: 204 };
      },
    });
    await react(server.octokit, repository, target, 'eyes');
    expect(server.calls(/POST .*reactions/)).toEqual([{ content: 'eyes' }]);
    await unreact(server.octokit, repository, target, 'eyes', me);
    expect(removed).toEqual(['12']);
  });
});

describe('review threads', () => {
  const comment = (id: number, user: typeof bot, body: string, reply?: number) => ({
    id,
    pull_request_review_id: 1,
    in_reply_to_id: reply,
    user,
    body,
    html_url: 'u',
    path: 'a.ts',
    line: null,
    original_line: 3,
    diff_hunk: '@@',
    ...times,
  });

  it.each(losses)('are answered once when the answer is lost: %s', async (loss) => {
    const kept = [comment(1, person, 'Why?'), comment(2, person, 'Here'), comment(3, person, marker, 1)];
    await using server = await startGitHub({
      'GET /repos/ann/sums/pulls/8/comments': () => ({ status: 200, body: kept }),
      'POST /repos/ann/sums/pulls/8/comments/1/replies': ({ body }) => {
        kept.push(comment(4, bot, body.body, 1));
        return { status: 201, body: kept.at(-1) };
      },
    });
    server.lose(/POST .*replies/, loss);
    expect(await replyInThread(server.octokit, repository, 8, 1, `Done ${marker}`, ours)).toMatchObject({
      id: 4,
    });
    const threads = await listReviewThreads(server.octokit, repository, 8);
    expect(threads.map(({ id, comments }) => [id, comments.map((each) => each.id)])).toEqual([
      [1, [1, 3, 4]],
      [2, [2]],
    ]);
  });
});

describe('listClosingPulls', () => {
  const reference = (number: number, body: string, more: object = {}) => ({
    event: 'cross-referenced',
    source: {
      issue: {
        number,
        html_url: `u${number}`,
        state: 'open',
        body,
        user: person,
        pull_request: { merged_at: null },
        repository: { id: 42 },
        ...more,
      },
    },
  });

  it('names pull requests of this repository that say that they close the issue', async () => {
    await using server = await startGitHub({
      'GET /repos/ann/sums/issues/1/timeline': () => ({
        status: 200,
        body: [
          { event: 'labeled', label: { name: 'ai-fix' } },
          reference(2, 'Fixes #1.'),
          reference(3, 'Refs #1'),
          reference(4, 'fixes #12'),
          reference(5, 'closes: Ann/Sums#1', { state: 'closed', pull_request: { merged_at: 'then' } }),
          reference(6, 'Resolves https://github.com/ann/sums/issues/1'),
          reference(7, 'Fixes #1', { repository: { id: 43 } }),
          reference(8, 'Fixes #1', { pull_request: undefined }),
          reference(9, 'prefixes #1'),
        ],
      }),
    });
    const pulls = await listClosingPulls(server.octokit, repository, 1);
    expect(pulls.map(({ number, state }) => [number, state])).toEqual([
      [2, 'open'],
      [5, 'merged'],
      [6, 'open'],
    ]);
  });
});
