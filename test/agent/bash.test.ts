import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBashTool } from '../../src/agent/bash.ts';
import { type CommandResult, outputText } from '../../src/core/command.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { testSandbox } from '../support/sandbox.ts';

const signal = new AbortController().signal;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await testSandbox();
});
afterAll(() => sandbox[Symbol.asyncDispose]());

/** What the model gets for a command. */
async function bash(
  command: string,
  limits: { seconds?: number; characters?: number } = {},
): Promise<string> {
  const tool = createBashTool(sandbox, { seconds: 30, characters: 1000, ...limits });
  return (await tool.run({ command }, signal)).content;
}

async function inSandbox(script: string): Promise<string> {
  return outputText(await sandbox.run({ script, timeoutSeconds: 30 }));
}

/** What the model gets for a result that a sandbox seldom gives. */
async function describeResult(changes: Partial<CommandResult>): Promise<string> {
  const result: CommandResult = {
    exitCode: 0,
    signal: null,
    head: Buffer.from('output\n'),
    tail: Buffer.alloc(0),
    elidedBytes: 0,
    totalBytes: 7,
    file: null,
    cwd: '/workspace',
    seconds: 0,
    timedOut: false,
    killed: false,
    outOfMemory: false,
    diskFull: false,
    processesReset: false,
    cwdLost: false,
    ...changes,
  };
  const tool = createBashTool({ run: async () => result }, { seconds: 30, characters: 1000 });
  return (await tool.run({ command: 'x' }, signal)).content;
}

describe('the tool bash', () => {
  it('gives both outputs in order, without the last line end', async () => {
    expect(await bash('echo one; echo two >&2; echo three')).toBe('one\ntwo\nthree');
  });

  it('keeps the working directory and exported variables, and nothing else', async () => {
    await bash('mkdir -p "/tmp/a dir" && cd "/tmp/a dir"; export KEPT="a b"; LOCAL=x; f() { :; }');
    expect(await bash('pwd; echo "$KEPT ${LOCAL-none}"; type f 2>&1 | tail -n 1')).toMatch(
      /^\/tmp\/a dir\na b none\n.*f: not found$/,
    );
    expect(await bash('cd /workspace; unset KEPT')).toBe('');
  });

  it('tells the exit code of a command that failed, after its output', async () => {
    expect(await bash('echo no >&2; exit 7')).toBe('no\n[exit code 7]');
    expect(await bash('false')).toBe('[exit code 1]');
    expect(await bash('no-such-command')).toMatch(/command not found\n\[exit code 127\]$/);
    expect(await bash('if [ 1')).toMatch(/syntax error/);
  });

  it('tells the signal that ended a command', async () => {
    expect(await bash('kill -SEGV $$')).toMatch(/\[ended by signal 11\]$/);
  });

  it('says nothing where there is nothing to say', async () => {
    expect(await bash('true')).toBe('');
  });

  it('stops a command after its time, with everything that runs, and says so', async () => {
    const content = await bash('echo begun; sleep 1000 & sleep 1000', { seconds: 1 });
    expect(content).toBe(
      'begun\n[stopped after 1 seconds. Everything that ran was killed, background processes too]',
    );
    expect(await bash('pgrep -c sleep')).toBe('0\n[exit code 1]');
  });

  it('lets a process go on in the background', async () => {
    const begin = 'sleep 1000 > /dev/null 2>&1 & until pgrep -x sleep > /dev/null; do :; done; echo started';
    expect(await bash(begin)).toBe('started');
    expect(await bash('pgrep -c sleep')).toBe('1');
    sandbox.killEverything();
  });

  it('takes quotes, here-documents and many lines as they are', async () => {
    const command = `cat <<'END'\n$HOME "a" 'b' \\n \`c\`\n世界 🙂\nEND\necho "d'e"`;
    expect(await bash(command)).toBe(`$HOME "a" 'b' \\n \`c\`\n世界 🙂\nd'e`);
  });

  it('gives output that is no text as text that is well formed', async () => {
    const content = await bash(`head -c 500 /dev/urandom; printf '\\0\\377end'`);
    expect(content.isWellFormed()).toBe(true);
    expect(content).toMatch(/end$/);
    expect(await bash(`printf 'a\\303'`)).toBe('a\ufffd');
  });

  it('refuses arguments that do not fit', async () => {
    const tool = createBashTool(sandbox, { seconds: 30, characters: 1000 });
    for (const input of [{}, { command: 1 }, { command: '' }, { command: 'echo a\0b' }, null, 'ls']) {
      await expect(tool.run(input, signal)).rejects.toThrow(expect.objectContaining({ name: 'ZodError' }));
    }
  });

  it('rejects with the reason of an abort', async () => {
    const aborter = new AbortController();
    const reason = new Error('cancelled');
    const shell = {
      run: (...[command, given]: Parameters<Sandbox['run']>) =>
        sandbox.run({ ...command, onOutput: () => aborter.abort(reason) }, given),
    };
    const tool = createBashTool(shell, { seconds: 30, characters: 1000 });
    await expect(tool.run({ command: 'echo a; sleep 100' }, aborter.signal)).rejects.toBe(reason);
  });

  it('has one line for people', async () => {
    const tool = createBashTool(sandbox, { seconds: 30, characters: 1000 });
    expect((await tool.run({ command: 'echo a' }, signal)).summary).toBe('echo a');
    expect((await tool.run({ command: '\n echo a\necho b' }, signal)).summary).toBe('echo a ...');
  });

  it('tells the model its own time limit', () => {
    const tool = createBashTool(sandbox, { seconds: 123, characters: 1000 });
    expect(tool.definition.function.description).toContain('123 seconds');
  });
});

describe('long output', () => {
  const file = /the whole output is in (\/\S+) \.\.\.\]/;

  it.each([
    ['a little longer than the limit', 1001],
    ['twice the limit', 2000],
    ['far longer', 300_000],
  ])('that is %s comes as head and tail, with a file that holds all of it', async (_, bytes) => {
    const content = await bash(`yes 0123456789 | head -c ${bytes - 4} ; printf END.`);
    expect(content).toMatch(/^0123456789\n[\s\S]*END\.$/);
    expect(content.length).toBeLessThan(1200);
    const [, path] = file.exec(content) ?? [];
    expect(path).toBeDefined();
    const sums = await inSandbox(
      `md5sum < ${path}; { yes 0123456789 | head -c ${bytes - 4}; printf END.; } | md5sum`,
    );
    expect(sums).toMatch(/^(\w+) {2}-\n\1 {2}-\n$/);
  });

  it('tells truly how much is left out', async () => {
    const content = await bash(`yes 0123456789 | head -c 300000`);
    const [, head = '', left, tail = ''] =
      /^([\s\S]*)\n\[\.\.\. (\d+) \S+ left out;[^\]]*\]\n([\s\S]*)$/.exec(content) ?? [];
    expect(300_000 - Number(left) - head.length - tail.length).toBeLessThanOrEqual(1); // the last line end
    expect(head.length + tail.length).toBeLessThanOrEqual(1000);
    expect(head.length + tail.length).toBeGreaterThan(900);
  });

  it('that just fits is whole', async () => {
    const content = await bash(`yes 0123456789 | head -c 999; printf .`);
    expect(content).toHaveLength(1000);
    expect(content).not.toContain('left out');
  });

  it('keeps whole characters at its seams', async () => {
    for (const start of ['', 'a', 'ab', 'abc']) {
      const content = await bash(`printf '${start}'; yes '世🙂é' | tr -d '\\n' | head -c 90000`);
      const [head = '', tail = ''] = content.split(/\n\[\.\.\. .*\n/);
      expect(head).toMatch(/^a?b?c?[世🙂é]+$/u);
      expect(tail.slice(0, -1)).toMatch(/^[世🙂é]+$/u); // the command itself cuts the last
    }
  });

  it('keeps its notes', async () => {
    expect(await bash('seq 1 100000; exit 3')).toMatch(/100000\n\[exit code 3\]$/);
  });
});

describe('a note', () => {
  it('tells of a process that was killed for lack of memory', async () => {
    const content = await bash(
      'python3 -c "\nx = []\nwhile True: x.append(bytearray(1 << 26))"; echo after',
      {
        seconds: 90,
      },
    );
    expect(content).toMatch(/after\n\[a process was killed because the sandbox ran out of memory\]$/);
  });

  it('tells of a working directory that is gone', async () => {
    await bash('mkdir /tmp/gone; cd /tmp/gone');
    await inSandbox('rmdir /tmp/gone');
    expect(await bash('pwd')).toBe('/workspace\n[the working directory was gone; this ran in /workspace]');
    expect(await bash('pwd')).toBe('/workspace');
  });

  it.each<[string, Partial<CommandResult>, string]>([
    [
      'a full disk',
      { diskFull: true, exitCode: null, signal: 9 },
      'output\n[stopped: the disk is full; remove files before going on. Everything that ran was killed]',
    ],
    [
      'the process limit',
      { processesReset: true },
      'output\n[the process limit was reached: everything that ran in the background was killed first]',
    ],
    [
      'two things at once',
      { outOfMemory: true, exitCode: 137 },
      'output\n[a process was killed because the sandbox ran out of memory]\n[exit code 137]',
    ],
  ])('tells of %s', async (_, changes, expected) => {
    expect(await describeResult(changes)).toBe(expected);
  });
});
