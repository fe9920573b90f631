import { expect, it } from 'vitest';
import { openPublishPort } from '../../src/github/publish-port.ts';
import { createRepositoryWriter } from '../../src/github/repository-writer.ts';
import { printMarker } from '../../src/text/markers.ts';
import { createRedactor } from '../../src/text/redact.ts';
import { startGitHub } from '../support/github-server.ts';

const repository = { host: 'github.com', installation: 1, id: 7, owner: 'ann', name: 'sums' };
const secret = 'correct-horse-battery-staple';
const redact = createRedactor([secret]);
const said = `${printMarker({ kind: 'status', run: '01test' })}\nIt said ${secret}.`;
const made = { id: 1, body: '', html_url: '', user: null, created_at: '', updated_at: '' };
const app = {
  'GET /app': () => ({ status: 200, body: { id: 2, slug: 'ai-fix' } }),
  'GET /users/ai-fix\\[bot\\]': () => ({ status: 200, body: { id: 900 } }),
};

it('no secret is in what is said, whatever a program printed', async () => {
  await using server = await startGitHub({
    ...app,
    'GET /repos/ann/sums/issues/3/comments': () => ({ status: 200, body: [] }),
    'POST /repos/ann/sums/issues/3/comments': () => ({ status: 201, body: made }),
    'PATCH /repos/ann/sums/issues/comments/1': () => ({ status: 200, body: made }),
    'PATCH /repos/ann/sums/pulls/4': () => ({ status: 200, body: {} }),
    'PATCH /repos/ann/sums/check-runs/5': () => ({ status: 200, body: {} }),
  });
  const writer = await createRepositoryWriter(server.github(), repository, redact);
  await writer.comment(3, said);
  await writer.editComment(1, said);
  await writer.updatePull(4, said);
  await writer.updateCheck(5, { conclusion: 'neutral', title: secret, summary: said, actions: [] });
  const sent = server.calls(/^(POST|PATCH) \/repos/).map((body) => JSON.stringify(body));
  expect(sent).toHaveLength(4);
  expect(sent.join()).not.toContain(secret);
  expect(sent.every((body) => body.includes('[redacted]'))).toBe(true);
});

it('no secret is in the message of a commit', async () => {
  await using server = await startGitHub({
    ...app,
    'POST /repos/ann/sums/git/commits': () => ({ status: 201, body: { sha: 'c' } }),
  });
  const publisher = await openPublishPort(server.github(), repository, redact);
  await publisher.writeCommit({ tree: 't', parents: ['p'], message: said });
  expect(JSON.stringify(server.calls(/git\/commits/))).not.toContain(secret);
});
