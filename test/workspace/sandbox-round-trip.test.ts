import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FileChange } from '../../src/core/changes.ts';
import { outputText } from '../../src/core/command.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { applyChanges } from '../../src/workspace/apply.ts';
import { commitFiles, listTree } from '../../src/workspace/commits.ts';
import { exportChanges } from '../../src/workspace/export.ts';
import {
  advance,
  excludePaths,
  placeAncestry,
  placeTip,
  restoreTracked,
} from '../../src/workspace/history.ts';
import { type LocalRepository, openLocalRepository } from '../../src/workspace/local-repository.ts';
import { writeTree } from '../../src/workspace/tree.ts';
import { createRepository, type TestRepository } from '../support/repository.ts';
import { testSandbox } from '../support/sandbox.ts';

let source: TestRepository;
let repository: LocalRepository;
let scratch: string;
let sandbox: Sandbox;
let first: string;
let second: string;
let future: string;
let secret: string;

beforeAll(async () => {
  source = await createRepository();
  scratch = await mkdtemp(join(tmpdir(), 'ai-fix-scratch-'));
  first = await source.commit({
    'a.txt': 'one\n',
    'crlf.txt': 'one\r\ntwo\r\n',
    'tool.sh': '#!/bin/sh\n',
    'dir/b.txt': 'b\n',
    '.gitignore': 'ignored/\n*.log\n',
    '.gitattributes': '*.bat text eol=crlf\n*.md export-ignore\n*.lfs filter=lfs\n',
    'run.bat': 'echo\n',
    'README.md': 'readme\n',
    'big.lfs': 'version https://git-lfs.github.com/spec/v1\n',
    'ü 日本.txt': 'unicode\n',
  });
  second = await source.commit({ 'a.txt': 'two\n', 'new.txt': 'new\n' }, 'Second');
  await source.git('checkout', '--quiet', '-b', 'private', first);
  await source.commit({ 'secret.txt': 'a private branch' }, 'Private');
  secret = await source.git('rev-parse', 'HEAD:secret.txt');
  await source.git('checkout', '--quiet', 'main');
  future = await source.commit({ 'a.txt': 'the fix' }, 'Future');
  repository = await openLocalRepository(source.directory, scratch);
});
afterAll(async () => {
  await repository[Symbol.asyncDispose]();
  await source[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true, force: true });
});
beforeEach(async () => {
  sandbox = await testSandbox();
  await placeTip(sandbox, repository.git, first);
  return () => sandbox[Symbol.asyncDispose]();
});

async function textOf(script: string): Promise<string> {
  return outputText(await sandbox.run({ script, timeoutSeconds: 30 })).trimEnd();
}

describe('history in the sandbox', () => {
  it('is the commit alone at first, then its ancestry, and nothing of any other branch or the future', async () => {
    expect(await textOf('git rev-parse HEAD && git status --porcelain && git log --oneline | wc -l')).toBe(
      `${first}\n1`,
    );
    await advance(sandbox, repository.git, first, second);
    await placeAncestry(sandbox, repository.git, second);
    expect(await textOf('git log --format=%s')).toBe('Second\nA change');
    expect(await textOf('git status --porcelain')).toBe('');
    expect(
      await textOf(`for id in ${future} ${secret}; do git cat-file -t $id 2>&1 | head -1; done`),
    ).toMatch(/^fatal.*\nfatal/);
    expect(
      await textOf(`git cat-file --batch-all-objects --batch-check | grep -cE '${future}|${secret}'`),
    ).toBe('0');
    expect(await textOf('git for-each-ref; cat .git/config | grep -c remote')).toMatch(
      /^\w+ commit\trefs\/heads\/work\n0$/,
    );
  });

  it('keeps every file byte for byte as it is in git, whatever attributes say', async () => {
    expect(
      await textOf(
        'printf "one\\r\\ntwo\\r\\n" | cmp - crlf.txt && printf "echo\\n" | cmp - run.bat && cat README.md big.lfs | wc -l',
      ),
    ).toBe('2');
  });
});

describe('exportChanges', () => {
  it('finds nothing in an untouched work tree, nor in one whose files were only touched', async () => {
    expect(await exportChanges(sandbox)).toEqual(new Map());
    await textOf('touch a.txt dir/b.txt; mkdir -p ignored; echo x > ignored/x; echo y > debug.log');
    expect(await exportChanges(sandbox)).toEqual(new Map());
  });

  it('finds edits, additions, deletions, modes and links, and gives the tree that git gives', async () => {
    await textOf(`printf 'ONE\\n' > a.txt; rm crlf.txt; chmod +x dir/b.txt; ln -s a.txt link
      mkdir -p 'sub dir'; printf '\\xff\\xfe' > 'sub dir/raw bytes'; printf 'x' > 'ü "q" $(id).txt'`);
    const changes = await exportChanges(sandbox);
    expect([...changes].map(([path, change]) => [path, change.kind])).toEqual([
      ['a.txt', 'file'],
      ['crlf.txt', 'deleted'],
      ['dir/b.txt', 'file'],
      ['link', 'link'],
      ['sub dir/raw bytes', 'file'],
      ['ü "q" $(id).txt', 'file'],
    ]);
    const tree = await writeTree(repository.git, first, changes);
    expect(await textOf('git add -A && git write-tree')).toBe(tree);
  });

  it.each([
    ['commits', 'git add -A && git commit -qm "mine"'],
    ['stages', 'git add -A'],
    ['stashes the index', 'git add -A && git update-index --assume-unchanged a.txt'],
    ['removes its .git', 'rm -rf .git'],
    ['breaks its .git', 'echo garbage > .git/HEAD; rm .git/index'],
    ['excludes everything', 'echo "*" >> .git/info/exclude'],
    ['sets a filter', 'git config filter.x.clean "echo evil"; echo "* filter=x" > .git/info/attributes'],
  ])('finds the same when the agent %s', async (_, script) => {
    await textOf(`echo changed > a.txt; echo new > added.txt; ${script}`);
    const changes = await exportChanges(sandbox);
    expect([...changes.keys()]).toEqual(['a.txt', 'added.txt']);
    expect(changes.get('a.txt')).toMatchObject({ bytes: Buffer.from('changed\n') });
  });

  it('takes a file that .gitignore hides when the agent added it by force', async () => {
    await textOf('echo x > kept.log; echo y > other.log; git add -f kept.log');
    expect([...(await exportChanges(sandbox)).keys()]).toEqual(['kept.log']);
  });

  it('leaves out what an installation left, and takes tracked files as restored', async () => {
    await textOf(
      'mkdir -p "made [by]/tool"; echo x > "made [by]/tool/x"; echo lock > package-lock.json; echo rewritten > a.txt',
    );
    await restoreTracked(sandbox);
    await excludePaths(sandbox, ['made [by]/', 'package-lock.json']);
    expect(await exportChanges(sandbox)).toEqual(new Map());
    expect(await textOf('git status --porcelain; cat a.txt')).toBe('one');
    await textOf('echo mine > mine.txt');
    expect([...(await exportChanges(sandbox)).keys()]).toEqual(['mine.txt']);
  });

  it.each([
    ['a repository within', 'git init -q nested && touch nested/x', 'nested/'],
    ['a name that is not UTF-8', `touch "$(printf 'bad\\xff')"`, 'UTF-8'],
    ['thousands of files', 'mkdir many && cd many && seq 1 6000 | xargs touch', '6000 files'],
    ['a huge file', 'head -c 70M /dev/urandom > huge', 'MB'],
  ])('refuses %s in words', async (_, script, words) => {
    await textOf(script);
    await expect(exportChanges(sandbox)).rejects.toMatchObject({
      code: 'change_refused',
      message: expect.stringContaining(words),
    });
  });

  it('ignores pipes and sockets', async () => {
    await textOf('mkfifo pipe; python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\'sock\')"');
    expect(await exportChanges(sandbox)).toEqual(new Map());
  });

  it('gives what was there when everything was killed, though a daemon kept writing', async () => {
    await textOf('setsid sh -c "while :; do echo $(date +%N) > a.txt; done" > /dev/null 2>&1 &');
    sandbox.killEverything();
    const one = await exportChanges(sandbox);
    expect(await exportChanges(sandbox)).toEqual(one);
  });
});

describe('applyChanges', () => {
  it("gives what it writes the sandbox's own time, by which builds see that it is new", async () => {
    const changes = new Map<string, FileChange>([
      ['a.txt', { kind: 'file', executable: false, bytes: Buffer.from('changed\n') }],
    ]);
    const tree = await writeTree(repository.git, first, changes);
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2001-01-01') }); // as where the clocks differ
    try {
      await applyChanges(sandbox, changes, tree);
    } finally {
      vi.useRealTimers();
    }
    expect(await textOf('find . -maxdepth 1 -newer dir/b.txt -name a.txt')).toBe('./a.txt');
  });

  it('makes another sandbox hold exactly that tree', async () => {
    await textOf(`printf 'ONE\\n' > a.txt; rm -r dir; echo now a file > dir; rm crlf.txt; mkdir crlf.txt; echo inside > crlf.txt/x
      chmod +x tool.sh; ln -s ../a.txt crlf.txt/link; printf 'x' > 'ü "q".txt'; echo forced > forced.log; git add -f forced.log`);
    const changes = await exportChanges(sandbox);
    const tree = await writeTree(repository.git, first, changes);
    await using fresh = await testSandbox();
    await placeTip(fresh, repository.git, first);
    await applyChanges(fresh, changes, tree);
    const seen = new Map([...changes].filter(([path]) => path !== 'forced.log')); // .gitignore hides it, nobody added it
    expect(await exportChanges(fresh)).toEqual(seen);
  });

  it('refuses to go on when the work tree is not that tree', async () => {
    const changes = new Map<string, FileChange>([
      ['a.txt', { kind: 'file', executable: false, bytes: Buffer.from('x') }],
    ]);
    const tree = await writeTree(repository.git, first, changes);
    await textOf('echo other > dir/b.txt');
    await expect(applyChanges(sandbox, changes, tree)).rejects.toThrow('not the tree to publish');
  });
});

describe('a copy of a repository that lacks files', () => {
  it('makes the work tree without them, which counts as unchanged, and goes on to later commits', async () => {
    await using partial = await createRepository();
    const lacking = Object.fromEntries(
      Array.from({ length: 3 }, (_, index) => [`big ü ${index}.csv`, `${index},`]),
    );
    const before = await partial.commit({ 'a.txt': 'one\n', ...lacking });
    const after = await partial.commit({ 'a.txt': 'two\n' });
    for (const path of Object.keys(lacking)) {
      const id = await partial.git('rev-parse', `HEAD:${path}`);
      await rm(join(partial.directory, '.git/objects', id.slice(0, 2), id.slice(2)));
    }
    await using local = await openLocalRepository(
      partial.directory,
      await mkdtemp(join(tmpdir(), 'ai-fix-scratch-')),
    );
    expect(await commitFiles(local.git, after).readAll(['a.txt', ...Object.keys(lacking)])).toEqual(
      new Map([['a.txt', 'two\n']]),
    );

    const fresh = await testSandbox();
    await using _fresh = fresh;
    expect(await placeTip(fresh, local.git, before)).toEqual(Object.keys(lacking));
    await restoreTracked(fresh);
    await placeAncestry(fresh, local.git, before);
    expect(await exportChanges(fresh)).toEqual(new Map());
    await advance(fresh, local.git, before, after);
    expect(await exportChanges(fresh)).toEqual(new Map());
    const status = await fresh.run({ script: 'git status --short && cat a.txt', timeoutSeconds: 10 });
    expect(outputText(status)).toBe('two\n');
    await fresh.run({ script: 'echo three > a.txt', timeoutSeconds: 10 });
    const changes = await exportChanges(fresh);
    expect([...changes.keys()]).toEqual(['a.txt']);
    const tree = await writeTree(local.git, after, changes);
    const paths = (await listTree(local.git, tree)).map(({ path }) => path);
    expect(paths).toEqual(['a.txt', ...Object.keys(lacking)]);
  });
});
