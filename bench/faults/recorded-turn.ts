import { parseScript } from '../../src/demo/scripted-model/script.ts';
import { startScriptedModel } from '../../src/demo/scripted-model/server.ts';
import { question, testModel, tools } from '../../test/support/model.ts';

/** The calls of the turn that is played: names and arguments, in order. */
export const calls = [
  { name: 'bash', arguments: { command: 'printf \'ä → \\n\' && grep -rn "total" lib | head' } },
  {
    name: 'str_replace_editor',
    arguments: {
      command: 'str_replace',
      path: '/workspace/a.js',
      old_str: 'i <= n;\n',
      new_str: 'i < n; // ✓\n',
    },
  },
];

/** One answer of the model as it goes over the wire: reasoning, text, two calls, usage, end mark. */
export async function recordTurn(): Promise<Buffer> {
  const script = {
    turns: [{ reasoning: 'The loop runs once too often — off by one.', content: 'Looking.', calls }],
  };
  await using server = await startScriptedModel({ script: parseScript(script) });
  const answer = await fetch(`${server.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: testModel(server.url).name, messages: question, tools, stream: true }),
  });
  return Buffer.from(await answer.arrayBuffer());
}
