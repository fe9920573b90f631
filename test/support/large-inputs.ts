/*
 * A process of its own for test/agent/memory.test.ts: does what its argument says and prints, as JSON, what the tool
 * answered and how much memory the process had at its most, before and after.
 */
import { createBashTool } from '../../src/agent/bash.ts';
import { createEditorTool } from '../../src/agent/editor.ts';
import { runAgent } from '../../src/agent/loop.ts';
import { testRun } from './agent.ts';
import { testModel } from './model.ts';
import { testSandbox } from './sandbox.ts';

const [what = '', url = ''] = process.argv.slice(2);
const signal = new AbortController().signal;
const characters = 16_000;

async function inSandbox(): Promise<string[]> {
  await using sandbox = await testSandbox();
  const bash = createBashTool(sandbox, { seconds: 120, characters });
  const editor = createEditorTool(sandbox, characters);
  const run = async (command: string) => (await bash.run({ command }, signal)).content;
  const edit = async (args: object) => (await editor.run({ path: '/tmp/large', ...args }, signal)).content;
  await run("yes 'a line of a large file' | head -c 200M > /tmp/large");
  return [
    await edit({ command: 'view' }),
    await edit({ command: 'view', view_range: [1, 10] }),
    await edit({ command: 'str_replace', old_str: 'a', new_str: 'b' }),
    await edit({ command: 'insert', insert_line: 1, new_str: 'b' }),
    await edit({ command: 'create', file_text: 'b' }),
    await run('cat /tmp/large'),
  ];
}

/** A model at `url` that streams far too long arguments. */
async function fromModel(): Promise<string[]> {
  const model = testModel(url);
  const { context } = testRun({
    complete: (messages, tools) => model.complete({ messages, tools, signal, onRetry: async () => {} }),
  });
  return [await runAgent(context, signal), String(context.messages.at(-2)?.content)];
}

const answers = await (what === 'file' ? inSandbox() : fromModel());
const megabytes = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ answers, megabytes }));
