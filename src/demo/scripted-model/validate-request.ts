import { z } from 'zod';

/** A refusal as the endpoint words it. */
export interface Refusal {
  status: number;
  message: string;
}

const toolCallSchema = z.looseObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.looseObject({ name: z.string().min(1), arguments: z.string() }),
});

const messageSchema = z.discriminatedUnion('role', [
  z.looseObject({ role: z.literal('system'), content: z.string() }),
  z.looseObject({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]),
  }),
  z.looseObject({
    role: z.literal('assistant'),
    content: z.string().nullish(),
    reasoning_content: z.string().nullish(),
    tool_calls: z.array(toolCallSchema).min(1).optional(),
  }),
  z.looseObject({ role: z.literal('tool'), content: z.string(), tool_call_id: z.string() }),
]);
export type WireMessage = z.infer<typeof messageSchema>;

const requestSchema = z.looseObject({
  model: z.string(),
  messages: z.array(messageSchema).min(1),
  tools: z
    .array(z.looseObject({ type: z.literal('function') }))
    .min(1)
    .optional(),
  stream: z.boolean().default(false),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).optional(),
  max_tokens: z.int().min(1).max(384_000).optional(),
  thinking: z.looseObject({ type: z.enum(['enabled', 'disabled']) }).default({ type: 'enabled' }),
  reasoning_effort: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'ultra']).optional(),
  user_id: z
    .string()
    .max(512)
    .regex(/^[\w-]+$/)
    .optional(),
  tool_choice: z.unknown().optional(),
});
export type WireRequest = z.infer<typeof requestSchema>;

/** Checks a request as strictly as DeepSeek V4 does, in its words. */
export function validateRequest(body: unknown, models: readonly string[]): WireRequest | Refusal {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse(`Failed to deserialize the JSON body: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const request = parsed.data;
  if (!models.includes(request.model)) return refuse('Model Not Exist');
  const thinks = request.thinking.type === 'enabled';
  if (
    thinks &&
    request.tool_choice !== undefined &&
    request.tool_choice !== 'auto' &&
    request.tool_choice !== 'none'
  ) {
    return refuse('Thinking mode does not support this tool_choice');
  }
  return checkMessages(request.messages, thinks) ?? request;
}

export function isRefusal(value: WireRequest | Refusal): value is Refusal {
  return 'status' in value && 'message' in value && !('messages' in value);
}

function checkMessages(messages: readonly WireMessage[], thinks: boolean): Refusal | null {
  let unanswered: string[] = [];
  for (const message of messages) {
    if (message.role === 'tool') {
      if (!unanswered.includes(message.tool_call_id)) {
        return refuse(
          "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'",
        );
      }
      unanswered = unanswered.filter((id) => id !== message.tool_call_id);
      continue;
    }
    if (unanswered.length > 0) return refuse('insufficient tool messages following tool_calls message');
    if (message.role !== 'assistant') continue;
    const refusal = checkAssistant(message, thinks);
    if (refusal !== null) return refusal;
    unanswered = message.tool_calls?.map((call) => call.id) ?? [];
  }
  return unanswered.length > 0 ? refuse('insufficient tool messages following tool_calls message') : null;
}

function checkAssistant(message: WireMessage & { role: 'assistant' }, thinks: boolean): Refusal | null {
  const { content, tool_calls: calls, reasoning_content: reasoning } = message;
  if (typeof content !== 'string' && calls === undefined) return refuse('content or tool_calls must be set');
  if (thinks && calls !== undefined && typeof reasoning !== 'string') {
    return refuse('The `reasoning_content` in the thinking mode must be passed back to the API.');
  }
  for (const call of calls ?? []) {
    if (!isJsonObject(call.function.arguments))
      return refuse(`Invalid arguments of tool call ${call.id}: not a JSON object`);
  }
  return null;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function refuse(message: string): Refusal {
  return { status: 400, message };
}
