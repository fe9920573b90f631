import { setTimeout as delay } from 'node:timers/promises';
import OpenAI from 'openai';
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import type { Effort } from '../core/attempts.ts';
import {
  type AssistantMessage,
  holdsCallAsText,
  type Message,
  type ToolDefinition,
  type Turn,
} from '../core/conversation.ts';
import { hasCode } from '../core/errors.ts';
import type { Prices } from '../core/model-profile.ts';
import { ModelFault } from './fault.ts';
import { classifyFailure, giveUp, waitTooLong } from './faults-and-refusals.ts';
import { createGuardedFetch, defaultFetchLimits, type FetchLimits } from './guarded-fetch.ts';
import { createJoiner } from './join-chunks.ts';
import { costOf, modelFacts, pricesAt } from './prices.ts';
import { chargedUsage, extentOf, lostUsage } from './usage.ts';

type ModelServer = 'deepseek' | 'vllm' | 'sglang';

export interface ModelOptions {
  baseUrl: string;
  apiKey: string;
  model: string;
  effort: Effort;
  /** Keeps the provider's cache apart from others'; the same for all runs that should share it. */
  userId: string;
  maximumOutputTokens: number;
  /** Who serves it: servers of one's own switch thinking in the chat template. The maker's endpoint unless told. */
  server?: ModelServer;
  /** Those of the table of models unless told. */
  prices?: Prices;
  limits?: FetchLimits;
  /** Milliseconds before the nth repetition; for tests. */
  backoff?: (attempt: number) => number;
}

export interface Model {
  readonly name: string;
  /**
   * One whole turn. Repeats what may pass by itself; a turn that was cut is dropped and asked for again.
   * Rejects with an OperationalError of code `model_*` or `context_overflow`, or with the signal's reason.
   */
  complete(request: {
    messages: readonly Message[];
    tools: readonly ToolDefinition[];
    signal: AbortSignal;
    /** Told of every fault that is followed by another try. */
    onRetry: (fault: ModelFault, seconds: number) => Promise<void>;
  }): Promise<Turn>;
}

const attempts = 5;
const longestWaitSeconds = 120;
/** In characters: more than the most tokens that a model gives come to. What is longer will not end well. */
const longestAnswer = 2_000_000;
/** Less room than this for an answer is of no use. */
const leastOutputTokens = 4000;

export function createModel(options: ModelOptions): Model {
  const backoff =
    options.backoff ??
    ((attempt: number) => Math.min(10_000, 500 * 2 ** attempt) * (0.9 + 0.2 * Math.random()));
  const ask = withRoomToSpare(options);
  return {
    name: options.model,
    async complete({ messages, tools, signal, onRetry }) {
      for (let attempt = 0; ; attempt++) {
        try {
          return await ask(messages, tools, signal);
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof ModelFault)) throw error;
          const seconds = Math.max(backoff(attempt) / 1000, error.retryAfterSeconds ?? 0);
          if (seconds > longestWaitSeconds) throw waitTooLong(error, seconds, options.baseUrl);
          if (attempt + 1 >= attempts) throw giveUp(error, attempts, options.baseUrl);
          await onRetry(error, seconds);
          await wait(seconds, signal);
        }
      }
    },
  };
}

/**
 * Servers count the room for the answer as part of the context, and some have a small one: what is too long is asked
 * again with less room, and so is all that follows.
 */
function withRoomToSpare(options: ModelOptions) {
  let room = maximumOutputOf(options);
  return async (messages: readonly Message[], tools: readonly ToolDefinition[], signal: AbortSignal) => {
    for (;;) {
      try {
        return await completeOnce({ ...options, maximumOutputTokens: room }, messages, tools, signal);
      } catch (error) {
        if (!hasCode(error, 'context_overflow') || room <= leastOutputTokens) throw error;
        room = Math.max(leastOutputTokens, Math.floor(room / 4));
      }
    }
  };
}

/** Rejects with the signal's own reason, unlike the timer itself. */
async function wait(seconds: number, signal: AbortSignal): Promise<void> {
  await delay(seconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
}

async function completeOnce(
  options: ModelOptions,
  messages: readonly Message[],
  tools: readonly ToolDefinition[],
  signal: AbortSignal,
): Promise<Turn> {
  const joiner = createJoiner();
  try {
    return await readTurn(options, messages, tools, joiner, signal);
  } catch (error) {
    if (!(error instanceof ModelFault) || joiner.length() === 0) throw error;
    const { message, usage } = joiner.result();
    const counted = lostUsage(usage, extentOf([tools, messages], message, maximumOutputOf(options)));
    error.lost = { usage: counted, usd: costOf(counted, pricesOf(options)) };
    throw error;
  }
}

async function readTurn(
  options: ModelOptions,
  messages: readonly Message[],
  tools: readonly ToolDefinition[],
  joiner: ReturnType<typeof createJoiner>,
  signal: AbortSignal,
): Promise<Turn> {
  const guarded = createGuardedFetch(options.limits ?? defaultFetchLimits);
  const client = createClient(options, guarded.fetch);
  const started = performance.now();
  try {
    const stream = await client.chat.completions.create(requestBody(options, messages, tools), { signal });
    for await (const chunk of stream) {
      joiner.add(chunk);
      if (joiner.length() > longestAnswer) break; // which closes the connection
    }
  } catch (error) {
    signal.throwIfAborted();
    throw guarded.state.fault ?? classifyFailure(error, options);
  }
  signal.throwIfAborted();
  if (guarded.state.fault !== null) throw guarded.state.fault;
  const { message, usage, model, ...joined } = joiner.result();
  const isOverlong = joiner.length() > longestAnswer;
  const finishReason = isOverlong ? 'length' : joined.finishReason;
  if (finishReason === null || (!guarded.state.done && !isOverlong)) {
    throw new ModelFault('cut_stream', 'the stream ended before the answer did');
  }
  if (finishReason === 'insufficient_system_resource') {
    throw new ModelFault('server_error', 'the provider ran out of resources in mid answer');
  }
  if (isEmpty(message, finishReason)) throw new ModelFault('empty_answer', 'the answer is empty');
  const extent = extentOf([tools, messages], message, maximumOutputOf(options));
  const counted = chargedUsage(usage, extent);
  return {
    message,
    finishReason,
    usage: counted,
    usd: costOf(counted, pricesOf(options)),
    model: model || options.model,
    seconds: (performance.now() - started) / 1000,
  };
}

/** The package's client with nothing of its own: neither repetitions, nor settings from the environment. */
function createClient({ apiKey, baseUrl }: ModelOptions, guardedFetch: typeof fetch): OpenAI {
  return new OpenAI({
    apiKey,
    baseURL: baseUrl,
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: 24 * 60 * 60 * 1000, // the guarded fetch keeps time
    fetch: guardedFetch,
    logLevel: 'off',
  });
}

function pricesOf({ model, prices }: ModelOptions): Prices {
  return prices ?? pricesAt(model, new Date());
}

/** Nothing came, or not what was announced. Reasoning alone is an answer: the model has no more to say. */
function isEmpty(message: AssistantMessage, finishReason: string): boolean {
  if (message.tool_calls !== undefined || finishReason === 'length' || finishReason === 'content_filter')
    return false;
  if (holdsCallAsText(message)) return false;
  return finishReason === 'tool_calls' || (message.content === '' && !message.reasoning_content);
}

/** The same bytes for the same history: the order of keys is part of the cached prefix. */
function requestBody(
  options: ModelOptions,
  messages: readonly Message[],
  tools: readonly ToolDefinition[],
): ChatCompletionCreateParamsStreaming {
  const body = {
    model: options.model,
    tools,
    messages,
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: maximumOutputOf(options),
    ...ownProperties(options),
  };
  return body as unknown as ChatCompletionCreateParamsStreaming;
}

function maximumOutputOf({ model, maximumOutputTokens }: ModelOptions): number {
  return Math.min(maximumOutputTokens, modelFacts(model).maximumOutputTokens);
}

/** V4's own properties, which the types of the OpenAI package do not know. */
function ownProperties({ server = 'deepseek', effort, userId }: ModelOptions): object {
  if (server === 'deepseek')
    return { thinking: { type: 'enabled' }, reasoning_effort: effort, user_id: userId };
  const thinking = { thinking: true, enable_thinking: true, reasoning_effort: effort };
  return { reasoning_effort: effort, chat_template_kwargs: thinking };
}
