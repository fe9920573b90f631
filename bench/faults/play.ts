import { runAgent } from '../../src/agent/loop.ts';
import type { AgentTool } from '../../src/agent/tool.ts';
import type { Message } from '../../src/core/conversation.ts';
import { OperationalError } from '../../src/core/errors.ts';
import { isRefusal, validateRequest } from '../../src/demo/scripted-model/validate-request.ts';
import { testRun } from '../../test/support/agent.ts';
import { startHttpServer } from '../../test/support/http-server.ts';
import { shortAnswer, startStream, testModel } from '../../test/support/model.ts';

/** What the endpoint answers to the first question, once or as often as it is asked. */
export interface Play {
  bytes: Buffer;
  /** How the connection ends after these bytes. */
  end: 'close' | 'reset';
  /** Answers the whole turn when asked again; without it, the same bytes each time. */
  again?: Buffer;
}

/** What became of one run. */
export interface Played {
  /** A named end of the agent, or the code of the failure; null when it hung or broke in another way. */
  end: string | null;
  executed: { name: string; arguments: unknown }[];
  messages: readonly Message[];
  /** Why the history would be refused by the model; null when it is good. */
  refusal: string | null;
}

const longestMs = 20_000;

/** An endpoint that answers as each play says, and a client and loop for each. */
export async function startStage() {
  let play: Play | null = null;
  let asked = 0;
  const server = await startHttpServer(({ body }, response) => {
    const { messages } = JSON.parse(body.toString()) as { messages: Message[] };
    const isFirst = messages.every(({ role }) => role !== 'assistant') && messages.length === 2;
    if (play === null || !isFirst) return void startStream(response).end(shortAnswer);
    asked += 1;
    if (asked > 1 && play.again !== undefined) return void startStream(response).end(play.again);
    startStream(response);
    if (play.end === 'close') return void response.end(play.bytes);
    response.write(play.bytes, () => response.destroy());
  });
  const model = testModel(server.url, {
    limits: { headersSeconds: 5, idleSeconds: 5, maximumBytes: 1_000_000 },
  });

  return {
    async play(next: Play): Promise<Played> {
      play = next;
      asked = 0;
      const executed: Played['executed'] = [];
      const stop = AbortSignal.timeout(longestMs);
      const { context } = testRun({
        complete: (messages, tools, signal) =>
          model.complete({ messages, tools, signal, onRetry: async () => undefined }),
        tools: ['bash', 'str_replace_editor'].map((name) => recordingTool(name, executed)),
      });
      const end = await runAgent(context, stop).catch((error: unknown) =>
        error instanceof OperationalError ? error.code : null,
      );
      return { end, executed, messages: context.messages, refusal: refusalOf(context.messages) };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function recordingTool(name: string, executed: Played['executed']): AgentTool {
  return {
    definition: {
      type: 'function',
      function: { name, description: 'Records', parameters: { type: 'object' } },
    },
    async run(given) {
      executed.push({ name, arguments: given });
      return { content: 'done', summary: 'done' };
    },
  };
}

function refusalOf(messages: readonly Message[]): string | null {
  const next =
    messages.at(-1)?.role === 'assistant' ? [...messages, { role: 'user', content: 'On.' }] : messages;
  const checked = validateRequest({ model: 'deepseek-v4-pro', messages: next }, ['deepseek-v4-pro']);
  return isRefusal(checked) ? checked.message : null;
}
