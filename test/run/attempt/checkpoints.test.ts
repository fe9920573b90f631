import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/core/events.ts';
import { createCheckpoints } from '../../../src/run/attempt/checkpoints.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { placeChanges } from '../../../src/workspace/apply.ts';
import { unpackChanges } from '../../../src/workspace/changes-archive.ts';
import { placeTip } from '../../../src/workspace/history.ts';
import { openLocalRepository } from '../../../src/workspace/local-repository.ts';
import { createRepository } from '../../support/repository.ts';
import { testSandbox } from '../../support/sandbox.ts';

const files = { 'lib/sum.js': 'let sum = 1;\n', 'README.md': '# Sums\n', '.gitignore': 'dist/\n' };

describe('checkpoints of a work tree', () => {
  const opened = new AsyncDisposableStack();
  let open: () => Promise<Sandbox>;

  beforeAll(async () => {
    const source = opened.use(await createRepository());
    const commit = await source.commit(files);
    const scratch = opened.use(await mkdtempDisposable(join(tmpdir(), 'ai-fix-scratch-')));
    const repository = opened.use(await openLocalRepository(source.directory, scratch.path));
    open = async () => {
      const sandbox = await testSandbox();
      await placeTip(sandbox, repository.git, commit);
      return sandbox;
    };
  });
  afterAll(() => opened.disposeAsync());

  const run = (sandbox: Sandbox, script: string) => sandbox.run({ script, timeoutSeconds: 20 });
  const contentOf = ([event]: RunEvent[]) => {
    if (event?.type !== 'checkpoint' || event.content === undefined) throw new Error('nothing was kept');
    return unpackChanges(event.content);
  };

  it('are made when something changed, and only then', async () => {
    await using sandbox = await open();
    const checkpoint = createCheckpoints(sandbox);
    expect(await checkpoint()).toEqual([]);
    await run(sandbox, 'cat README.md; mkdir dist; echo built > dist/out.js');
    expect(await checkpoint()).toEqual([]);
    await run(sandbox, 'echo "let sum = 0;" > lib/sum.js');
    expect([...contentOf(await checkpoint()).keys()]).toEqual(['lib/sum.js']);
    expect(await checkpoint()).toEqual([]);
    await run(sandbox, 'chmod +x lib/sum.js');
    expect(contentOf(await checkpoint()).get('lib/sum.js')).toMatchObject({ executable: true });
    await run(sandbox, 'git checkout -q lib/sum.js');
    expect([...contentOf(await checkpoint())]).toEqual([]);
  });

  it('make another sandbox hold the same files', async () => {
    await using first = await open();
    const checkpoint = createCheckpoints(first);
    await run(
      first,
      'rm README.md; printf "a\\r\\nb" > crlf.txt; ln -s lib here; mkdir -p new/dir; head -c 3000 /dev/urandom > new/dir/x.bin',
    );
    const kept = contentOf(await checkpoint());
    await using second = await open();
    await placeChanges(second, kept);
    const look =
      'git status --porcelain -uall; find . -path ./.git -prune -o -type f -print0 | sort -z | xargs -0 sha256sum; readlink here';
    const [one, other] = [await run(first, look), await run(second, look)];
    expect(other.head.toString()).toBe(one.head.toString());
  });

  it('say why where there is too much to keep, and keep again when there is less', async () => {
    await using sandbox = await open();
    const checkpoint = createCheckpoints(sandbox);
    await run(sandbox, 'mkdir many; cd many; seq 6000 | xargs touch');
    const [event] = await checkpoint();
    expect(event).toMatchObject({
      type: 'checkpoint',
      problem: expect.stringContaining('6000 files changed'),
    });
    await run(sandbox, 'rm -r many; echo > one.txt');
    expect([...contentOf(await checkpoint()).keys()]).toEqual(['one.txt']);
  });
});
