import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Changes, FileChange } from '../../src/core/changes.ts';
import { createPublishPort } from '../../src/github/publish-port.ts';
import {
  type MorePublication,
  type NewPublication,
  type PublishPort,
  publishMore,
  publishNew,
} from '../../src/publish/publish.ts';
import { writeTree } from '../../src/workspace/tree.ts';
import { type Answer, bot, type Endpoint, losses, me, person, repository } from '../support/github-server.ts';
import { startPublishing } from '../support/publishing-server.ts';
import { createRepository, type TestRepository } from '../support/repository.ts';

let local: TestRepository;
let base: string;
beforeEach(async () => {
  local = await createRepository();
  base = await local.commit({ 'sum.js': 'old\n', 'old.js': 'x\n', 'run.sh': 'echo\n', 'dir/gone.js': 'y\n' });
});
afterEach(() => local[Symbol.asyncDispose]());

const file = (bytes: string | Buffer, executable = false) =>
  ({ kind: 'file', executable, bytes: Buffer.from(bytes) }) as const;
const simple: Changes = new Map([['sum.js', file('new\n')]]);

async function verified(changes: Changes = simple, on = base) {
  const git = { path: `${local.directory}/.git`, objectFormat: 'sha1' } as const;
  return { changes, tree: await writeTree(git, on, changes) };
}

/** GitHub with a copy of the repository as it was at the base; what was verified locally is not in it. */
async function start(more: Record<string, Endpoint> = {}) {
  const directory = `${local.directory}/remote.git`;
  await execa('git', ['clone', '--quiet', '--bare', '--no-local', local.directory, directory]);
  const server = await startPublishing(directory, more);
  const port: PublishPort = createPublishPort(server.octokit, repository, me);
  return Object.assign(server, { port });
}

function publication(): NewPublication {
  return {
    run: 'run1',
    host: 'github.com',
    base: { branch: 'main', commit: base },
    message: 'Sum empty lists',
    coAuthors: [{ id: 5, login: 'ann' }],
    issue: { number: 12, title: 'Empty lists' },
    pull: { title: 'Sum empty lists', body: 'Fixes #12' },
  };
}
const branch = 'ai-fix/12-empty-lists';
const rawPull = {
  number: 10,
  title: '',
  body: null,
  state: 'open',
  merged_at: null,
  html_url: 'u',
  locked: false,
  user: bot,
  head: { ref: branch, sha: '', repo: null },
  base: { ref: 'main', sha: '' },
};

describe('publishNew', () => {
  it('makes one commit with exactly the verified tree, on a branch of its own, and a draft', async () => {
    const change = await verified();
    await using server = await start();
    const published = await publishNew(change, publication(), server.port);
    const commit = await server.branch(branch);
    expect(published).toEqual({
      pull: 10,
      url: 'https://github.com/ann/sums/pull/10',
      branch,
      commit,
      tree: change.tree,
    });
    expect(await server.data.readCommit(published.commit)).toMatchObject({
      tree: { sha: change.tree },
      parents: [{ sha: base }],
    });
    expect(server.pulls).toMatchObject([{ title: 'Sum empty lists', draft: true, base: { ref: 'main' } }]);
  });

  it('names no author, committer or signature, so that GitHub signs', async () => {
    await using server = await start();
    await publishNew(await verified(), publication(), server.port);
    const [commit] = server.calls(/POST .*git\/commits/);
    expect(Object.keys(commit).sort()).toEqual(['message', 'parents', 'tree']);
    expect(commit.message).toContain('Co-authored-by: ann <5+ann@users.noreply.github.com>');
  });

  it('takes every kind of change over byte for byte', async () => {
    const changes = new Map<string, FileChange>([
      ['sum.js', file('new\r\nline without end')],
      ['größe/日本 "x"\'.js', file('ünï\u0001\ud83d\ude00\n')],
      ['bom.txt', file('\ufefftext')],
      ['bytes.bin', file(Buffer.from([0, 255, 254, 13, 10]))],
      ['latin1.txt', file(Buffer.from('größe', 'latin1'))],
      ['nul.txt', file('a\0b')],
      ['empty.txt', file('')],
      ['run.sh', file('echo\n', true)],
      ['large.txt', file('x'.repeat(400_000))],
      ['link', { kind: 'link', target: 'dir/ü' }],
      ['old.js', { kind: 'deleted' }],
      ['dir/gone.js', { kind: 'deleted' }],
      ['dir', file('a directory became a file\n')],
    ]);
    const change = await verified(changes);
    await using server = await start();
    expect((await publishNew(change, publication(), server.port)).tree).toBe(change.tree);
    const [{ tree }] = server.calls(/POST .*git\/trees/);
    const sent = new Map(tree.map((entry: { path: string }) => [entry.path, entry]));
    expect(sent.get('run.sh')).toMatchObject({ mode: '100755', content: 'echo\n' });
    expect(sent.get('link')).toMatchObject({ mode: '120000', content: 'dir/ü' });
    expect(sent.get('old.js')).toMatchObject({ sha: null });
    expect(server.calls(/POST .*git\/blobs/)).toHaveLength(5); // what is not plain text, and what is large
  });

  it.each(
    ['blobs', 'trees', 'commits', 'refs', 'pulls'].flatMap((call) =>
      losses.map((loss) => [call, loss] as const),
    ),
  )('leaves one branch and one pull request when the answer to %s is lost: %s', async (call, loss) => {
    const change = await verified(new Map([['bytes.bin', file(Buffer.from([0, 1]))]]));
    await using server = await start();
    server.lose(new RegExp(`POST .*/${call}`), loss);
    const published = await publishNew(change, publication(), server.port);
    expect(await server.branch(branch)).toBe(published.commit);
    expect(await server.branch(`${branch}-2`)).toBeNull();
    expect(server.pulls).toHaveLength(1);
  });

  it('refuses when GitHub made another tree, and leaves nothing that anybody sees', async () => {
    const change = { ...(await verified()), tree: '1'.repeat(40) };
    await using server = await start();
    await expect(publishNew(change, publication(), server.port)).rejects.toMatchObject({
      code: 'publish_failed',
      message: expect.stringContaining('nothing was published'),
    });
    expect(server.calls(/POST .*(commits|refs|pulls)/)).toEqual([]);
  });

  it('goes on where a process that died left off', async () => {
    const change = await verified();
    await using server = await start();
    const first = await publishNew(change, publication(), server.port);
    server.pulls.length = 0; // as if it had died between the branch and the pull request
    const second = await publishNew(change, publication(), server.port);
    expect(second).toMatchObject({ branch, commit: first.commit });
    expect(await publishNew(change, publication(), server.port)).toEqual(second);
    expect(server.pulls).toHaveLength(1);
    expect(server.calls(/POST .*git\/commits/)).toHaveLength(1);
  });

  it('does not open a second pull request when somebody closed the first', async () => {
    const change = await verified();
    await using server = await start();
    const first = await publishNew(change, publication(), server.port);
    for (const pull of server.pulls) pull.state = 'closed';
    expect(await publishNew(change, publication(), server.port)).toEqual(first);
  });

  it.each(['a person', 'another run'])('leaves a branch of %s alone and takes the next name', async (who) => {
    const change = await verified();
    await using server = await start();
    await server.data.setRef(`refs/heads/${branch}`, base);
    if (who === 'another run') {
      await server.data.deleteRef(`refs/heads/${branch}`);
      await publishNew(change, { ...publication(), run: 'run0' }, server.port);
    }
    const theirs = await server.branch(branch);
    const published = await publishNew(change, publication(), server.port);
    expect(published.branch).toBe(`${branch}-2`);
    expect(await server.branch(branch)).toBe(theirs);
  });

  it('does not adopt a commit with our run’s trailer and another content', async () => {
    const change = await verified();
    await using server = await start();
    const tree = await server.data.tree(base, [{ path: 'evil.js', mode: '100644', content: 'evil' }]);
    const message = 'Evil\n\nAI-Fix-Run: run1\n';
    const evil = await server.data.commit({ tree, parents: [base], message });
    await server.data.setRef(`refs/heads/${branch}`, evil);
    expect(await publishNew(change, publication(), server.port)).toMatchObject({ branch: `${branch}-2` });
  });

  it('does not adopt somebody else’s pull request from our branch', async () => {
    const change = await verified();
    await using server = await start();
    await publishNew(change, publication(), server.port);
    for (const pull of server.pulls) pull.user = person;
    await expect(publishNew(change, publication(), server.port)).rejects.toMatchObject({
      code: 'publish_failed',
      message: expect.stringContaining('A pull request already exists'),
    });
    expect(server.pulls).toHaveLength(1);
  });

  it('opens the pull request although GitHub does not see the branch at once', async () => {
    const errors = [{ resource: 'PullRequest', field: 'head', code: 'invalid' }];
    let requests = 0;
    await using server = await start({
      'POST /repos/ann/sums/pulls': () =>
        ++requests < 3
          ? { status: 422, body: { message: 'Validation Failed', errors } }
          : { status: 201, body: opened },
    });
    const opened = { ...rawPull, head: { ref: branch, sha: base, repo: null } };
    expect(await publishNew(await verified(), publication(), server.port)).toMatchObject({ pull: 10 });
  });

  it('opens it without a draft where GitHub offers none', async () => {
    const message = 'Draft pull requests are not supported in this repository.';
    await using server = await start({
      'POST /repos/ann/sums/pulls': ({ body }) =>
        body.draft ? { status: 422, body: { message } } : { status: 201, body: rawPull },
    });
    expect(await publishNew(await verified(), publication(), server.port)).toMatchObject({ pull: 10 });
  });

  it.each<[string, Record<string, Answer>, string]>([
    [
      'a rule forbids the branch',
      {
        'POST /repos/ann/sums/git/refs': {
          status: 422,
          body: { message: 'Repository rule violations found\n\nCannot create ref' },
        },
      },
      'Repository rule violations found',
    ],
    [
      'the repository was archived',
      {
        'POST /repos/ann/sums/git/trees': {
          status: 403,
          body: { message: 'Repository was archived so is read-only.' },
        },
      },
      'Unarchive',
    ],
    [
      'the App lost its access',
      { 'POST /repos/ann/sums/git/trees': { status: 404, body: { message: 'Not Found' } } },
      'no access',
    ],
  ])('says so when %s', async (_, answers, words) => {
    const more = Object.fromEntries(Object.entries(answers).map(([call, answer]) => [call, () => answer]));
    await using server = await start(more);
    await expect(publishNew(await verified(), publication(), server.port)).rejects.toMatchObject({
      code: 'publish_failed',
      message: expect.stringContaining(words),
    });
    expect(server.pulls).toEqual([]);
  });

  it('says so when the base branch was deleted', async () => {
    await using server = await start();
    const gone = { ...publication(), base: { branch: 'release', commit: base } };
    await expect(publishNew(await verified(), gone, server.port)).rejects.toMatchObject({
      code: 'publish_failed',
      message: expect.stringContaining('the branch release does not exist any more'),
    });
  });
});

describe('publishMore', () => {
  /** A pull request of an earlier run, the change of a retry on its head, and the publication. */
  async function retry() {
    const server = await start();
    const first = await publishNew(await verified(), publication(), server.port);
    await execa('git', ['-C', local.directory, 'fetch', '--quiet', `${local.directory}/remote.git`, branch]);
    const change = await verified(new Map([['sum.js', file('newer\n')]]), first.commit);
    const { run: _, ...rest } = publication();
    const more: MorePublication = {
      ...rest,
      run: 'run2',
      base: { branch, commit: first.commit },
      pull: first.pull,
    };
    return { server, first, change, more };
  }

  it('adds one commit to the head of the pull request, also when the answer is lost', async () => {
    const { server, first, change, more } = await retry();
    await using _ = server;
    server.lose(/PATCH/, 'reset');
    const result = await publishMore(change, more, server.port);
    const commit = (await server.branch(branch)) ?? '';
    expect(result).toEqual({ kind: 'published', published: { ...first, commit, tree: change.tree } });
    expect((await server.data.readCommit(commit)).parents).toEqual([{ sha: first.commit }]);
    expect(server.calls(/PATCH/)).toMatchObject([{ force: false }, { force: false }]);
    expect(await publishMore(change, more, server.port)).toEqual(result); // a process that was restarted
    expect(server.calls(/POST .*git\/commits/)).toHaveLength(2);
  });

  it('writes nothing when somebody pushed since the run began', async () => {
    const { server, first, change, more } = await retry();
    await using _ = server;
    const tree = (await server.data.readCommit(base)).tree.sha;
    const head = await server.data.commit({ tree, parents: [first.commit], message: 'Mine' });
    await server.data.setRef(`refs/heads/${branch}`, head);
    expect(await publishMore(change, more, server.port)).toEqual({ kind: 'head_moved', head });
    expect(await server.branch(branch)).toBe(head);
    expect(server.calls(/PATCH/)).toEqual([]);
  });

  it('overwrites nothing when somebody pushes while it publishes', async () => {
    const { server, first, change, more } = await retry();
    await using _ = server;
    const tree = (await server.data.readCommit(base)).tree.sha;
    const head = await server.data.commit({ tree, parents: [first.commit], message: 'Mine' });
    const port: PublishPort = {
      ...server.port,
      async writeCommit(commit) {
        await server.data.setRef(`refs/heads/${branch}`, head);
        return server.port.writeCommit(commit);
      },
    };
    expect(await publishMore(change, more, port)).toEqual({ kind: 'head_moved', head });
    expect(await server.branch(branch)).toBe(head);
  });

  it.each([
    ['was merged meanwhile', { state: 'closed', merged_at: '2026-01-01T00:00:00Z' }],
    ['was closed meanwhile', { state: 'closed' }],
    ['in a fork', { head: { ref: branch, sha: '', repo: { id: 43 } } }],
    ['in a fork', { head: { ref: branch, sha: '', repo: null } }],
  ])('says so when the pull request %s', async (words, change) => {
    const { server, change: next, more } = await retry();
    await using _ = server;
    for (const pull of server.pulls) Object.assign(pull, change);
    await expect(publishMore(next, more, server.port)).rejects.toMatchObject({
      code: 'publish_failed',
      message: expect.stringContaining(words),
    });
    expect(server.calls(/PATCH/)).toEqual([]);
  });

  it('says so when its branch or the pull request itself is gone', async () => {
    const { server, change, more } = await retry();
    await using _ = server;
    await server.data.deleteRef(`refs/heads/${branch}`);
    await expect(publishMore(change, more, server.port)).rejects.toThrow('was deleted: restore it');
    await expect(publishMore(change, { ...more, pull: 99 }, server.port)).rejects.toThrow(
      'pull request 99 does not exist any more',
    );
  });
});
