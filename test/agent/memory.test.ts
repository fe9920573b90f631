import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { startHttpServer } from '../support/http-server.ts';
import { delta, done, sendStream, startStream } from '../support/model.ts';

const child = new URL('../support/large-inputs.ts', import.meta.url).pathname;
const most = 300;

async function inProcess(...args: string[]): Promise<{ answers: string[]; megabytes: number }> {
  const { stdout } = await execa(process.execPath, [child, ...args]);
  return JSON.parse(stdout);
}

describe('the memory of this process', () => {
  it('stays below 300 MB when the model looks at, edits and prints a file of 200 MB', async () => {
    const { answers, megabytes } = await inProcess('file');
    const [view, range, replace, insert, create, cat = ''] = answers;
    const tooLarge =
      '/tmp/large has 209715200 bytes, more than the 8388608 that this tool takes. Use bash: sed -n, grep -n, head.';
    expect([view, range, replace, insert]).toEqual([tooLarge, tooLarge, tooLarge, tooLarge]);
    expect(create).toContain('A file already exists at /tmp/large');
    expect(cat.length).toBeLessThan(17_000);
    expect(cat).toMatch(/\n\[\.\.\. 2096\d{5} bytes left out; the whole output is in \/\S+ \.\.\.\]\n/);
    expect(megabytes).toBeLessThan(most);
  });

  it('stays below 300 MB when the model sends arguments of 50 MB, one small piece after the other', async () => {
    const piece = 'x'.repeat(4096);
    await using server = await startHttpServer(async (_, response, number) => {
      if (number > 1) return sendStream(response, delta({ content: 'Done.' }, 'stop') + done);
      const more = (args: string) =>
        delta({ tool_calls: [{ index: 0, id: 'a', function: { arguments: args } }] });
      startStream(response).write(
        delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'echo', arguments: '{"say": "' } }] }),
      );
      for (let sent = 0; sent < 50 * 1024 * 1024; sent += piece.length)
        if (!response.write(more(piece))) await new Promise((resolve) => response.once('drain', resolve));
      response.end(more('"}') + delta({}, 'tool_calls') + done);
    });
    const { answers, megabytes } = await inProcess('model', server.url);
    expect(answers).toEqual(['finished', expect.stringContaining('cut off at the output limit')]);
    expect(megabytes).toBeLessThan(most);
  });
});
