import type { ServerResponse } from 'node:http';
import type { Message, ToolDefinition, Turn } from '../../src/core/conversation.ts';
import { createModel, type Model, type ModelOptions } from '../../src/model/client.ts';
import type { ModelFault } from '../../src/model/fault.ts';

/** The client under test with a key that the scripted model takes, and no waits between its tries. */
export function testModel(url: string, changes: Partial<ModelOptions> = {}): Model {
  return createModel({
    baseUrl: url,
    apiKey: 'scripted-key',
    model: 'deepseek-v4-pro',
    effort: 'high',
    userId: 'tests',
    maximumOutputTokens: 1000,
    backoff: () => 0,
    ...changes,
  });
}

export const question: Message[] = [
  { role: 'system', content: 'You are a helpful software engineer assistant.' },
  { role: 'user', content: 'Please fix it.' },
];

export const tools: ToolDefinition[] = [
  {
    type: 'function',
    function: { name: 'bash', description: 'Run commands', parameters: { type: 'object', properties: {} } },
  },
];

export interface Asked {
  turn: Turn;
  /** What went wrong before the answer came. */
  faults: ModelFault[];
  /** What the client waited after each of them. */
  waits: number[];
}

/** Asks for one turn and keeps what went wrong on the way. */
export async function ask(model: Model, messages: readonly Message[] = question): Promise<Asked> {
  const faults: ModelFault[] = [];
  const waits: number[] = [];
  const turn = await model.complete({
    messages,
    tools,
    signal: new AbortController().signal,
    async onRetry(fault, seconds) {
      faults.push(fault);
      waits.push(seconds);
    },
  });
  return { turn, faults, waits };
}

/** One event of a stream. */
export function event(chunk: unknown): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** A chunk with one choice. */
export function delta(content: object, finish: string | null = null, more: object = {}): string {
  return event({ model: 'served', choices: [{ index: 0, delta: content, finish_reason: finish }], ...more });
}

export const done = 'data: [DONE]\n\n';

/** A whole short answer. */
export const shortAnswer = `${delta({ content: 'hello' }, 'stop')}${done}`;

export function sendStream(response: ServerResponse, text: string): void {
  startStream(response).end(text);
}

export function startStream(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream' });
}
