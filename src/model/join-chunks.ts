import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { AssistantMessage, ToolCall, Usage } from '../core/conversation.ts';
import { readUsage, type WireUsage } from './usage.ts';

/** What V4 adds to the chunks of the OpenAI format. */
type Delta = ChatCompletionChunk.Choice.Delta & {
  reasoning_content?: string | null;
  reasoning?: string | null;
};

/** Joins the chunks of a stream into one message. Tool calls are told apart by index; the last usage counts. */
export function createJoiner() {
  let content = '';
  let reasoning: string | null = null;
  let finishReason: string | null = null;
  let usage: Usage | null = null;
  let model = '';
  const calls = new Map<number, ToolCall>();

  return {
    add(chunk: ChatCompletionChunk): void {
      model = chunk.model || model;
      if (chunk.usage) usage = readUsage(chunk.usage as WireUsage);
      const choice = chunk.choices?.[0];
      if (choice === undefined) return;
      const reason: unknown = choice.finish_reason; // a server may send anything
      if (typeof reason === 'string' && reason !== '') finishReason = reason;
      const delta: Delta = choice.delta ?? {}; // some servers end with a chunk that has none
      content += delta.content ?? '';
      const thought = delta.reasoning_content ?? delta.reasoning;
      if (typeof thought === 'string') reasoning = (reasoning ?? '') + thought;
      for (const [position, part] of (delta.tool_calls ?? []).entries())
        addCall(part.index ?? position, part);
    },
    /** How much has come so far, in characters. */
    length(): number {
      const inCalls = [...calls.values()].reduce((sum, call) => sum + call.function.arguments.length, 0);
      return content.length + (reasoning?.length ?? 0) + inCalls;
    },
    result(): { message: AssistantMessage; finishReason: string | null; usage: Usage | null; model: string } {
      const toolCalls = [...calls].sort(([a], [b]) => a - b).map(([, call]) => call);
      return {
        message: {
          role: 'assistant',
          content,
          ...(reasoning === null ? {} : { reasoning_content: reasoning }),
          ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
        },
        finishReason,
        usage,
        model,
      };
    },
  };

  function addCall(index: number, part: ChatCompletionChunk.Choice.Delta.ToolCall): void {
    const call = calls.get(index) ?? {
      id: part.id || `call_${index}`,
      type: 'function' as const,
      function: { name: '', arguments: '' },
    };
    calls.set(index, call);
    const { name, arguments: more } = part.function ?? {};
    if (name && name !== call.function.name) call.function.name += name; // some servers repeat it in each part
    if (typeof more === 'object' && more !== null) call.function.arguments = JSON.stringify(more);
    else if (more) call.function.arguments += more;
  }
}
