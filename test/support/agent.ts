import { z } from 'zod';
import type { AgentContext, Complete } from '../../src/agent/loop.ts';
import type { AgentTool } from '../../src/agent/tool.ts';
import type { Message, ToolCall, Turn } from '../../src/core/conversation.ts';
import type { News, RunEvent } from '../../src/core/events.ts';
import { defaultRunLimits, type RunLimits } from '../../src/core/limits.ts';

export interface TestRun {
  context: AgentContext;
  /** Every event that was emitted, in order. */
  events: RunEvent[];
}

/** A context that counts what is spent from the events, as a run does. */
export function testRun(options: {
  complete: Complete;
  tools?: readonly AgentTool[];
  limits?: Partial<RunLimits>;
  messages?: Message[];
  news?: () => News[];
  checkpoint?: () => Promise<RunEvent[]>;
  /** Another one at each look unless told. */
  workTree?: () => Promise<string>;
  minutes?: () => number;
}): TestRun {
  const events: RunEvent[] = [];
  let looks = 0;
  const turns = () => events.filter((event) => event.type === 'turn_ended');
  const context: AgentContext = {
    messages: options.messages ?? [
      { role: 'system', content: 'You are a helpful software engineer assistant.' },
      { role: 'user', content: 'Please fix it.' },
    ],
    tools: options.tools ?? [echoTool],
    complete: options.complete,
    limits: { ...defaultRunLimits, ...options.limits },
    spent: () => ({
      steps: turns().length,
      usd: turns().reduce((sum, { usd }) => sum + usd, 0),
      minutes: options.minutes?.() ?? 0,
    }),
    stepsBefore: 0,
    async emit(...given) {
      events.push(...structuredClone(given));
    },
    news: options.news ?? (() => []),
    checkpoint: options.checkpoint ?? (async () => []),
    workTree: options.workTree ?? (async () => `look ${++looks}`),
  };
  return { context, events };
}

/** A tool that says what it is told, or fails with what it is told. */
export const echoTool: AgentTool = {
  definition: {
    type: 'function',
    function: { name: 'echo', description: 'Says it again', parameters: { type: 'object', properties: {} } },
  },
  async run(input, signal) {
    signal.throwIfAborted();
    const { say } = z.object({ say: z.string() }).parse(input);
    return { content: say, summary: say };
  },
};

let calls = 0;

export function toolCall(name: string, args: object | string): ToolCall {
  const text = typeof args === 'string' ? args : JSON.stringify(args);
  return { id: `call-${++calls}`, type: 'function', function: { name, arguments: text } };
}

/** A turn with these calls, or, without calls, an answer that ends the work. */
export function turnOf(toolCalls: ToolCall[], more: Partial<Turn> = {}): Turn {
  return {
    message: {
      role: 'assistant',
      content: toolCalls.length > 0 ? '' : 'Done.',
      reasoning_content: 'Hm.',
      ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
    },
    finishReason: toolCalls.length > 0 ? 'tool_calls' : 'stop',
    usage: { cacheHitTokens: 0, cacheMissTokens: 10, outputTokens: 5, reasoningTokens: 1 },
    usd: 0.01,
    model: 'deepseek-v4-pro',
    seconds: 0,
    ...more,
  };
}

/** Gives these turns one after the other, then the answer that ends the work. */
export function playing(turns: readonly Turn[]): Complete {
  const rest = turns.values();
  return async (_messages, _tools, signal) => {
    signal.throwIfAborted();
    return rest.next().value ?? turnOf([]);
  };
}

/** Gives turns made from their number, without end. */
export function always(turn: (number: number) => Turn): Complete {
  let number = 0;
  return async (_messages, _tools, signal) => {
    signal.throwIfAborted();
    return turn(++number);
  };
}
