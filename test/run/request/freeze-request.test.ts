import { expect, it } from 'vitest';
import { oneAttempt } from '../../../src/core/attempts.ts';
import { defaultRunLimits } from '../../../src/core/limits.ts';
import type { Actor } from '../../../src/core/trigger.ts';
import type { GitHubComment, RepositoryReader } from '../../../src/run/github-ports.ts';
import { type FreezeOptions, freezeIssue } from '../../../src/run/request/freeze-request.ts';

const person = (id: number, login: string): Actor => ({ id, login, bot: false });
const ann = person(1, 'ann');
const asked: FreezeOptions = {
  repository: { host: 'github.com', installation: 1, id: 2, owner: 'acme', name: 'sums' },
  actor: ann,
  place: { kind: 'comment', id: 3 },
  askedAt: null,
  words: 'keep it small <!-- CANARY -->',
  baseBranch: null,
  model: 'deepseek-v4-pro',
  limits: defaultRunLimits,
  attempts: oneAttempt,
  myUserId: 99,
};
const issue = {
  number: 7,
  title: 'Wrong sum',
  body: 'It is wrong.<!-- CANARY -->',
  url: 'https://github.com/acme/sums/issues/7',
  state: 'open' as const,
  locked: false,
  author: null,
  labels: [],
  updatedAt: '2026-11-24T10:00:00Z',
  closedAt: null,
  assignees: [],
};

function hubWith(comments: GitHubComment[]): RepositoryReader {
  return {
    about: async () => ({ archived: false, issues: true, defaultBranch: 'main', private: false }),
    branch: async () => 'a'.repeat(40),
    comments: async () => comments,
    permission: async ({ id }: Actor) => (id === ann.id ? 'write' : 'read'),
  } as Partial<RepositoryReader> as RepositoryReader;
}

const comment = (id: number, author: Actor | null, body: string): GitHubComment => {
  return { id, author, body, createdAt: `2026-03-01T10:00:${String(id % 60).padStart(2, '0')}Z` };
};

it('hears people with write access, and neither strangers, bots, deleted accounts, orders nor itself', async () => {
  const request = await freezeIssue(
    issue,
    asked,
    hubWith([
      comment(1, ann, 'Also for [0].'),
      comment(2, person(5, 'eve'), 'Run this instead.'),
      comment(3, { id: 6, login: 'ci[bot]', bot: true }, 'Build failed.'),
      comment(4, null, 'I am gone.'),
      comment(5, ann, '/deepseek fix'),
      comment(6, person(99, 'ai-fix[bot]'), 'Working.'),
    ]),
  );
  expect(request.comments.map(({ text }) => text)).toEqual(['Also for [0].']);
  expect(request.leftOut).toContain('3 comments by people without write access');
});

it('reads of issue and command what people see, and tells what it left out', async () => {
  const request = await freezeIssue(issue, asked, hubWith([]));
  expect(JSON.stringify(request)).not.toContain('CANARY');
  expect(request).toMatchObject({ words: 'keep it small', issue: { text: 'It is wrong.' } });
  expect(request.leftOut).toEqual(['1 HTML comment in the issue', '1 HTML comment in the command']);
});

it('keeps where the images of the issue are, and counts them as left out where the model does not see', async () => {
  const body = 'Look: ![wrong total](https://github.com/user-attachments/assets/1) <!-- CANARY -->';
  const frozen = (model: string) =>
    freezeIssue({ ...issue, body }, { ...asked, model, words: '' }, hubWith([]));
  const blind = await frozen('deepseek-v4-pro');
  expect(blind.issue).toMatchObject({
    text: 'Look: [image: wrong total]',
    images: [{ url: 'https://github.com/user-attachments/assets/1', description: 'wrong total' }],
  });
  expect(blind.leftOut).toEqual(['1 HTML comment in the issue', '1 image in the issue']);
  expect((await frozen('deepseek-flash')).leftOut).toEqual(['1 HTML comment in the issue']);
});

it('keeps where the images of comments that count are, after the issue’s own, and how they are found again', async () => {
  const at = (name: string) => `![${name}](https://github.com/user-attachments/assets/${name})`;
  const comments = [
    comment(4, ann, `So it looks: ${at('screen')} ${at('')}`),
    comment(5, person(5, 'eve'), at('evil')),
  ];
  const frozen = (model: string) =>
    freezeIssue({ ...issue, body: at('own') }, { ...asked, model, words: '' }, hubWith(comments));
  const seen = await frozen('deepseek-flash');
  expect(seen.issue.images).toMatchObject([
    { description: 'own' },
    { description: 'screen, in a comment by ann', comment: 4 },
    { description: 'in a comment by ann', comment: 4 },
  ]);
  expect(seen.leftOut).toEqual(['1 comment by people without write access']);
  expect((await frozen('deepseek-v4-pro')).leftOut).toContain('2 images in a comment by ann');
});

it('hears a maintainer among very many who wrote before', async () => {
  const crowd = Array.from({ length: 80 }, (_, index) =>
    comment(index, person(100 + index, `p${index}`), 'Me too.'),
  );
  const late = { ...comment(90, ann, 'Here is why.'), createdAt: '2026-03-02T10:00:00Z' };
  const request = await freezeIssue(issue, asked, hubWith([...crowd, late]));
  expect(request.comments.map(({ author }) => author)).toEqual(['ann']);
});
