import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OperationalError } from '../../src/core/errors.ts';
import { commitFiles, packOf, treeOf } from '../../src/workspace/commits.ts';
import { type MirrorSource, openMirror } from '../../src/workspace/mirror.ts';
import { writeTree } from '../../src/workspace/tree.ts';
import { serveGit } from '../support/git-http.ts';
import { createRepository, type TestRepository } from '../support/repository.ts';

const token = `ghs_2_${'canary.'.repeat(70)}end`;
const authorization = `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;

let remote: TestRepository;
let scratch: TestRepository;
let directory: string;
beforeEach(async () => {
  remote = await createRepository();
  scratch = await createRepository();
  directory = join(scratch.directory, 'mirrors/42');
});
afterEach(async () => {
  await remote[Symbol.asyncDispose]();
  await scratch[Symbol.asyncDispose]();
});

const source = (server: { url: string }, commit: string, more: Partial<MirrorSource> = {}): MirrorSource => ({
  url: `${server.url}/.git`,
  token: async () => token,
  commit,
  branch: 'main',
  ...more,
});
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error as OperationalError,
  );

describe('openMirror', () => {
  it('holds the commit with its history, and serves what a run needs of its base', async () => {
    await remote.commit({ 'a.txt': '1' });
    const commit = await remote.commit({ 'dir/b.txt': '2' });
    await using server = await serveGit(remote.directory, authorization);
    const git = await openMirror(directory, source(server, commit));
    expect(await treeOf(git, commit)).toBe(await remote.git('rev-parse', 'HEAD^{tree}'));
    expect(await commitFiles(git, commit).read('dir/b.txt')).toBe('2');
    const bytes = Buffer.from('3');
    const changes = new Map([['c.txt', { kind: 'file', executable: false, bytes } as const]]);
    expect(await writeTree(git, commit, changes)).toMatch(/^[0-9a-f]{40}$/);
    const pack = await buffer(packOf(git, commit, { whole: true }));
    expect(pack.toString('latin1', 0, 4)).toBe('PACK');
  });

  it('fetches only what is new, and nothing when the commit is there', async () => {
    const first = await remote.commit({ 'large.txt': Buffer.alloc(300_000, 'line of text\n') });
    await using server = await serveGit(remote.directory, authorization);
    let tokens = 0;
    const counted = {
      token: async () => {
        tokens++;
        return token;
      },
    };
    await openMirror(directory, source(server, first, counted));
    const second = await remote.commit({ 'small.txt': 'x' });
    await openMirror(directory, source(server, second, counted));
    const haves = server.requests.filter(({ body }) => body.includes(`have ${first}`));
    expect(haves).not.toEqual([]);
    const before = server.requests.length;
    await openMirror(directory, source(server, second, counted));
    await openMirror(directory, source(server, first, counted));
    expect(server.requests).toHaveLength(before);
    expect(tokens).toBe(2);
  });

  it('keeps few packs over many fetches, and every commit of each', async () => {
    await using server = await serveGit(remote.directory, authorization);
    const commits = [];
    for (let fetch = 0; fetch < 22; fetch++) {
      commits.push(await remote.commit({ [`${fetch}.txt`]: String(fetch) }));
      await openMirror(directory, source(server, commits.at(-1) as string));
    }
    const packs = (await readdir(join(directory, 'objects/pack'))).filter((name) => name.endsWith('.pack'));
    expect(packs.length).toBeLessThan(10);
    const git = await openMirror(directory, source(server, commits[0] as string));
    expect(await commitFiles(git, commits[0] as string).read('0.txt')).toBe('0');
    expect(await commitFiles(git, commits.at(-1) as string).read('3.txt')).toBe('3');
    await execa('git', ['--git-dir', directory, 'fsck', '--connectivity-only']);
  });

  it('holds nothing of other branches and no tags', async () => {
    const commit = await remote.commit({ 'a.txt': '1' });
    await remote.git('checkout', '--quiet', '-b', 'private');
    const hidden = await remote.commit({ 'secret.txt': 'x' });
    await remote.git('tag', 'v1', commit);
    await using server = await serveGit(remote.directory, authorization);
    const git = await openMirror(directory, source(server, commit));
    await expect(treeOf(git, hidden)).rejects.toThrow();
    const { stdout } = await execa('git', ['--git-dir', git.path, 'for-each-ref', '--format=%(refname)']);
    expect(stdout).toMatch(/^refs\/ai-fix\/[0-9a-f]{16}$/);
  });

  it('keeps commits of branches whose names exclude each other, and of a branch that was rewritten', async () => {
    const first = await remote.commit({ 'a.txt': '1' });
    await using server = await serveGit(remote.directory, authorization);
    await openMirror(directory, source(server, first, { branch: 'a' }));
    await remote.git('checkout', '--quiet', '--orphan', 'other');
    const second = await remote.commit({ 'a.txt': '2' });
    await openMirror(directory, source(server, second, { branch: 'a/b' }));
    await remote.git('checkout', '--quiet', '--orphan', 'third');
    const third = await remote.commit({ 'a.txt': '3' });
    const git = await openMirror(directory, source(server, third, { branch: 'a' }));
    for (const commit of [first, second, third]) {
      expect(await treeOf(git, commit)).toMatch(/^[0-9a-f]{40}$/);
    }
  });

  it('lets calls for one repository come one after the other', async () => {
    const first = await remote.commit({ 'a.txt': '1' });
    const second = await remote.commit({ 'a.txt': '2' });
    await using server = await serveGit(remote.directory, authorization);
    const wanted = [first, second, '1'.repeat(40), first, second];
    const opened = await Promise.allSettled(
      wanted.map((commit) => openMirror(directory, source(server, commit))),
    );
    expect(opened.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
  });

  it.each(['1'.repeat(40), 'main', '--upload-pack=touch x'])(
    'says so when there is no commit %s',
    async (commit) => {
      await remote.commit({ 'a.txt': '1' });
      await using server = await serveGit(remote.directory, authorization);
      const error = await failure(openMirror(directory, source(server, commit)));
      expect(error).toMatchObject({
        code: 'unknown_revision',
        message: expect.stringContaining('the branch was rewritten'),
      });
    },
  );

  it('shows the token in no argument, file, URL or error', async () => {
    const commit = await remote.commit({ 'a.txt': '1' });
    await using server = await serveGit(remote.directory, authorization);
    await openMirror(directory, source(server, commit));
    expect(server.requests.some(({ url }) => url.includes('canary'))).toBe(false);
    for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      expect(await readFile(join(entry.parentPath, entry.name), 'latin1')).not.toContain('canary');
    }
    await using refusing = await serveGit(remote.directory, 'another');
    const error = await failure(openMirror(directory, source(refusing, '1'.repeat(40))));
    expect(error).toMatchObject({
      code: 'git_failed',
      message: expect.stringContaining('the App has no access to it any more'),
    });
    const shown = inspect(error, { depth: Infinity, showHidden: true });
    expect(shown).not.toContain('canary');
    expect(shown).not.toContain(authorization);
  });

  it('gives the token to git in its environment, never among its arguments', async () => {
    const commit = await remote.commit({ 'a.txt': '1' });
    const seen: string[] = [];
    await using server = await serveGit(remote.directory, authorization);
    await openMirror(
      directory,
      source(server, commit, {
        token: async () => token,
        network: { GIT_TRACE: join(scratch.directory, 'trace') },
      }),
    );
    seen.push(await readFile(join(scratch.directory, 'trace'), 'utf8'));
    expect(seen.join()).toContain('fetch');
    expect(seen.join()).not.toContain('canary');
    expect(seen.join()).not.toContain(authorization);
  });

  it('takes no object that git fsck refuses, and those with old harmless faults', async () => {
    const first = await remote.commit({ 'a.txt': '1' });
    const blob = await remote.git('rev-parse', 'HEAD:a.txt');
    const make = async (type: string, content: string) => {
      const { stdout } = await execa(
        'git',
        ['-C', remote.directory, 'hash-object', '-w', '-t', type, '--literally', '--stdin'],
        { input: content },
      );
      return stdout;
    };
    const tree = await remote.git('rev-parse', 'HEAD^{tree}');
    const old = await make(
      'commit',
      `tree ${tree}\nauthor A <a@b.c> 1 +051800\ncommitter A <a@b.c> 1 +051800\n\nx`,
    );
    const { stdout: dotGit } = await execa('git', ['-C', remote.directory, 'mktree'], {
      input: `100644 blob ${blob}\t.git\n`,
    });
    const evil = await remote.git('commit-tree', dotGit, '-p', first, '-m', 'evil');
    await remote.git('update-ref', 'refs/heads/old', old);
    await remote.git('update-ref', 'refs/heads/evil', evil);
    await using server = await serveGit(remote.directory, authorization);
    expect(await treeOf(await openMirror(directory, source(server, old)), old)).toBe(tree);
    const error = await failure(openMirror(directory, source(server, evil)));
    expect(error).toMatchObject({ code: 'git_failed', message: expect.stringContaining('hasDotgit') });
  });

  it.each(['http://example.com/a.git', 'file:///etc', 'ssh://git@github.com/a/b', 'ext::sh -c x'])(
    'does not fetch from %s',
    async (url) => {
      const error = await failure(openMirror(directory, source({ url: '' }, '1'.repeat(40), { url })));
      expect(error).toMatchObject({
        code: 'git_failed',
        message: expect.stringContaining('over https only'),
      });
    },
  );

  it('can be broken off', async () => {
    const commit = await remote.commit({ 'a.txt': '1' });
    await using server = await serveGit(remote.directory, authorization);
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(openMirror(directory, source(server, commit, { signal }))).rejects.toThrow('stopped');
  });
});
