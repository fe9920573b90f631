import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseScript } from '../../src/demo/scripted-model/script.ts';
import { startScriptedModel } from '../../src/demo/scripted-model/server.ts';
import { commandsScript, startCli, writeIssue } from '../support/fix.ts';
import { testEngine } from '../support/sandbox.ts';
import { createSums, sumsIssue } from '../support/sums.ts';

it('the model is asked through the proxy of the environment', async () => {
  await using model = await startScriptedModel({ script: parseScript(commandsScript([], [])) });
  await using repository = await createSums();
  const asked: string[] = [];
  const proxy = createServer().on('connect', ({ url }, client: Socket) => {
    asked.push(url ?? '');
    const onwards = connect(Number(new URL(model.url).port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(onwards).pipe(client);
    });
    onwards.on('error', () => client.destroy());
    client.on('error', () => onwards.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const scratch = await mkdtemp(join(tmpdir(), 'ai-fix-proxy-'));
  try {
    const issue = await writeIssue(scratch, sumsIssue);
    const { code, stderr } = await startCli(['fix', '--repo', repository.directory, '--issue', issue], {
      AI_FIX_DATA_DIR: join(scratch, 'data'),
      DEEPSEEK_API_KEY: model.key,
      DEEPSEEK_BASE_URL: 'http://model.invalid',
      HTTP_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      HTTPS_PROXY: '',
      AI_FIX_SANDBOX_IMAGE: (await testEngine()).image,
      NO_PROXY: 'example.com',
    }).ended;
    expect(stderr).toContain('changed nothing');
    expect(code).toBe(4);
    expect(new Set(asked)).toEqual(new Set(['model.invalid:80']));
  } finally {
    proxy.closeAllConnections();
    proxy.close();
    await rm(scratch, { recursive: true, force: true });
  }
});
