import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Command, type CommandResult, outputText } from '../../src/core/command.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { testSandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await testSandbox();
});
afterAll(() => sandbox[Symbol.asyncDispose]());

function run(script: string, more: Partial<Command> = {}): Promise<CommandResult> {
  return sandbox.run({ script, timeoutSeconds: 20, ...more });
}

async function textOf(script: string, more: Partial<Command> = {}): Promise<string> {
  return outputText(await run(script, more)).trimEnd();
}

describe('a command', () => {
  it('gives its exit code and both output streams in order', async () => {
    const result = await run('echo one; echo two >&2; echo three; exit 3');
    expect(outputText(result)).toBe('one\ntwo\nthree\n');
    expect(result).toMatchObject({ exitCode: 3, signal: null, timedOut: false, file: null });
  });

  it('reads nothing when it is given no input', async () => {
    expect(await run('cat; read x; echo "[$x]"')).toMatchObject({ exitCode: 0, head: Buffer.from('[]\n') });
  });

  it('reads all of a large input, and one that it does not read does no harm', async () => {
    const input = Buffer.alloc(20_000_000, 'x');
    expect(await textOf('wc -c', { input })).toBe('20000000');
    expect(await run('exit 0', { input })).toMatchObject({ exitCode: 0 });
    expect(await textOf('echo fine')).toBe('fine');
  });

  it('may be longer than the kernel allows one argument to be', async () => {
    expect(await textOf(`cat <<'END' | wc -c\n${'x'.repeat(500_000)}\nEND`)).toBe('500001');
  });

  it('tells of the signal that ended it', async () => {
    expect(await run('kill -SEGV $$')).toMatchObject({ exitCode: null, signal: 11 });
  });

  it('starts at the work tree unless told otherwise', async () => {
    expect(await textOf('pwd')).toBe('/workspace');
    expect(await textOf('pwd', { cwd: '/etc' })).toBe('/etc');
  });
});

describe('carrying', () => {
  const carried = (script: string) => run(script, { carry: true });

  it('takes working directory and exported variables to the next carrying command', async () => {
    await carried(
      'mkdir -p /tmp/here && cd /tmp/here && export A="x \'y\' \\"z\\"\nsecond line" && unset HOME && B=local',
    );
    const result = await carried('pwd; echo "$A"; echo "[${HOME-none}] [${B-none}]"');
    expect(outputText(result)).toBe('/tmp/here\nx \'y\' "z"\nsecond line\n[none] [none]\n');
    await carried('export HOME=/home/agent; cd /workspace');
  });

  it('takes them also from a command that fails or exits early', async () => {
    await carried('export FAILED=yes; cd /usr; exit 7');
    expect(outputText(await carried('echo $FAILED; pwd'))).toBe('yes\n/usr\n');
  });

  it('leaves other commands alone', async () => {
    await carried('cd /tmp; export ONLY=carried');
    expect(await textOf('pwd; echo "[$ONLY]"')).toBe('/workspace\n[]');
  });

  it('keeps the former state when a command is killed', async () => {
    await carried('cd /var; export KEPT=1');
    await sandbox.run({ script: 'cd /etc; export KEPT=2; sleep 60', timeoutSeconds: 0.2, carry: true });
    expect(outputText(await carried('pwd; echo $KEPT'))).toBe('/var\n1\n');
  });

  it('goes back to the work tree when the directory is gone, and says so', async () => {
    await carried('mkdir -p /tmp/gone; cd /tmp/gone');
    await run('rmdir /tmp/gone');
    const result = await carried('pwd');
    expect(outputText(result)).toBe('/workspace\n');
    expect(result.cwdLost).toBe(true);
  });
});

describe('output', () => {
  it('keeps head and tail of what is long, and the whole in a file', async () => {
    const result = await run('seq 1 100000', { keep: { head: 10, tail: 10 } });
    expect(result.head.toString()).toBe('1\n2\n3\n4\n5\n');
    expect(result.tail.toString()).toBe('99\n100000\n');
    expect(result.elidedBytes).toBe(result.totalBytes - 20);
    expect(await textOf(`md5sum < ${result.file}; seq 1 100000 | md5sum`)).toMatch(/^(\w+ {2}-)\n\1$/);
  });

  it('is kept whole where asked for, byte for byte', async () => {
    const result = await run('head -c 3000000 /dev/urandom | tee /tmp/random', { keep: 'all' });
    expect(result.head.length).toBe(3_000_000);
    const back = await run('cmp - /tmp/random && echo same', { input: result.head });
    expect(outputText(back)).toBe('same\n');
  });

  it('comes as it is written', async () => {
    const seen: string[] = [];
    const first = Promise.withResolvers<void>();
    const running = run('echo first; mkfifo /tmp/fifo; read line < /tmp/fifo', {
      onOutput: (bytes) => {
        seen.push(Buffer.from(bytes).toString());
        first.resolve();
      },
    });
    await first.promise;
    expect(seen).toEqual(['first\n']);
    sandbox.killEverything();
    expect(await running).toMatchObject({ exitCode: null });
  });

  it('without end neither floods the host nor stops the next command', async () => {
    const before = process.memoryUsage().rss;
    const result = await sandbox.run({ script: 'yes', timeoutSeconds: 1.5 });
    expect(result.timedOut).toBe(true);
    expect(result.totalBytes).toBeGreaterThan(100_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
    expect(await textOf('echo next')).toBe('next');
  });
});

describe('time limits', () => {
  it.each([
    ['that ignores SIGTERM', `trap '' TERM INT HUP; while :; do sleep 1; done`],
    ['that waits for input', 'cat < /dev/zero > /dev/null'],
    ['with a daemon of its own session', 'setsid sh -c "trap \'\' TERM; sleep 1000" & sleep 1000'],
    ['with a double fork', '(setsid sleep 1001 &) ; sleep 1000'],
  ])('leave no survivor of a command %s', async (_, script) => {
    const result = await sandbox.run({ script, timeoutSeconds: 0.4 });
    expect(result).toMatchObject({ timedOut: true, exitCode: null });
    expect(result.seconds).toBeLessThan(5);
    expect(await textOf('ps -eo pid= | wc -l')).toBe('4'); // runner, shell, ps, wc
  });

  it('do not touch a background process of a command that ended in time', async () => {
    expect(await textOf('sleep 300 > /dev/null 2>&1 & echo started')).toBe('started');
    expect(await textOf('pgrep -c sleep')).toBe('1');
    sandbox.killEverything();
    expect(await textOf('pgrep -c sleep')).toBe('0');
  });

  it('do not wait for a background process that holds the output open', async () => {
    const result = await run('sleep 300 & echo started');
    expect(outputText(result)).toBe('started\n');
    expect(result.seconds).toBeLessThan(5);
    sandbox.killEverything();
  });
});

describe('abuse', () => {
  it('of the process limit does not stop the next command', async () => {
    await sandbox.run({ script: ':(){ :|:& };:', timeoutSeconds: 3 });
    const result = await run('echo alive');
    expect(outputText(result)).toContain('alive');
    sandbox.killEverything();
    expect(await textOf('ps -eo pid= | wc -l')).toBe('4');
  });

  it('of memory kills what took it, and says so', async () => {
    const result = await sandbox.run({
      script:
        'python3 -c "x = bytearray(64 * 1024 ** 3)" || python3 -c "\nx = []\nwhile True: x.append(bytearray(1 << 26))"',
      timeoutSeconds: 90,
    });
    expect(result.outOfMemory).toBe(true);
    expect(await textOf('echo alive')).toBe('alive');
  });

  it('by killing every process it can does not reach the runner', async () => {
    expect((await run('kill -9 -1; kill -9 1; true')).timedOut).toBe(false);
    expect(await textOf('echo alive')).toBe('alive');
  });

  it('by writing to the runner’s channel or memory is refused', async () => {
    const script = 'echo E > /proc/1/fd/1; cat /proc/1/mem; cat /proc/1/environ; ls /proc/1/fd';
    const said = await textOf(script);
    expect(said.match(/Permission denied/g)).toHaveLength(4);
    expect(await textOf('echo alive')).toBe('alive');
  });

  it('of one huge file is refused by the kernel', async () => {
    expect(
      await textOf('fallocate -l 100G /workspace/huge; ls -s /workspace/huge; rm -f /workspace/huge'),
    ).toMatch(/File size limit exceeded[\s\S]*0 \/workspace\/huge/);
  });

  it('of /tmp ends at its size', async () => {
    const said = await textOf('head -c 1500M /dev/zero > /tmp/fill; rm -f /tmp/fill');
    expect(said).toContain('No space left on device');
  });
});

describe('an abort', () => {
  it('ends the command, rejects with the reason, and leaves the sandbox usable', async () => {
    const aborter = new AbortController();
    const reason = new Error('enough');
    const running = sandbox.run(
      { script: 'echo on; sleep 100', timeoutSeconds: 60, onOutput: () => aborter.abort(reason) },
      aborter.signal,
    );
    await expect(running).rejects.toBe(reason);
    expect(await textOf('pgrep -c sleep; echo alive')).toBe('0\nalive');
  });
});

describe('several callers', () => {
  it('are served one after the other', async () => {
    const results = await Promise.all([1, 2, 3, 4].map((number) => textOf(`echo ${number}`)));
    expect(results).toEqual(['1', '2', '3', '4']);
  });
});
