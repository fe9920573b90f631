/** Messages in the wire format of the OpenAI chat API, kept exactly as they were sent and received. */
export type Message =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string | ContentPart[] }
  | AssistantMessage
  | { role: 'tool'; tool_call_id: string; content: string };

/** Images are data URLs: nothing that a message holds has to be fetched by the provider. */
export type ContentPart = { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } };

export interface AssistantMessage {
  role: 'assistant';
  /** Never null: the API refuses an assistant message without content or calls. */
  content: string;
  /** Sent back verbatim with every later request: the API demands it, and the cached prefix depends on it. */
  reasoning_content?: string;
  tool_calls?: ToolCall[];
}

/**
 * Whether a server has left a tool call of V4 in the text. With nothing beside it, what passes for reasoning may be the
 * whole answer; else the model may well think about such a mark.
 */
export function holdsCallAsText({
  content,
  reasoning_content = '',
  tool_calls = [],
}: AssistantMessage): boolean {
  const answer = content.trim() === '' && tool_calls.length === 0 ? reasoning_content : content;
  return /<[｜|]DSML[｜|]/.test(answer);
}

export interface ToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

export interface ToolDefinition {
  type: 'function';
  function: { name: string; description: string; parameters: Record<string, unknown> };
}

/** Tokens of one request or of many. Reasoning is part of the output. */
export interface Usage {
  cacheHitTokens: number;
  cacheMissTokens: number;
  outputTokens: number;
  reasoningTokens: number;
}

export const noUsage: Usage = { cacheHitTokens: 0, cacheMissTokens: 0, outputTokens: 0, reasoningTokens: 0 };

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    cacheHitTokens: a.cacheHitTokens + b.cacheHitTokens,
    cacheMissTokens: a.cacheMissTokens + b.cacheMissTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  };
}

/** A whole answer of the model. */
export interface Turn {
  message: AssistantMessage;
  finishReason: string;
  usage: Usage;
  usd: number;
  /** As the endpoint names it, which may differ from what was asked for. */
  model: string;
  seconds: number;
}
