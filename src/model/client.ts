import { setTimeout as delay } from 'node:timers/promises';
import OpenAI, { APIError } from 'openai';
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import type { AssistantMessage, Message, ToolDefinition, Turn } from '../core/conversation.ts';
import { OperationalError } from '../core/errors.ts';
import type { Prices } from '../core/reader.ts';
import { ModelFault } from './fault.ts';
import { createGuardedFetch, defaultFetchLimits, type FetchLimits } from './guarded-fetch.ts';
import { createJoiner } from './join-chunks.ts';
import { costOf, modelFacts, pricesAt } from './prices.ts';
import { chargedUsage, extentOf } from './usage.ts';

type ModelServer = 'deepseek' | 'vllm' | 'sglang';

export interface ModelOptions {
  baseUrl: string;
  apiKey: string;
  model: string;
  effort: 'low' | 'high' | 'max';
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

export function createModel(options: ModelOptions): Model {
  const backoff =
    options.backoff ??
    ((attempt: number) => Math.min(10_000, 500 * 2 ** attempt) * (0.9 + 0.2 * Math.random()));
  return {
    name: options.model,
    async complete({ messages, tools, signal, onRetry }) {
      for (let attempt = 0; ; attempt++) {
        try {
          return await completeOnce(options, messages, tools, signal);
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof ModelFault)) throw error;
          const seconds = Math.max(backoff(attempt) / 1000, error.retryAfterSeconds ?? 0);
          if (seconds > longestWaitSeconds) throw waitTooLong(error, seconds, options.baseUrl);
          if (attempt + 1 >= attempts) throw finalError(error, options.baseUrl);
          await onRetry(error, seconds);
          await wait(seconds, signal);
        }
      }
    },
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
  const guarded = createGuardedFetch(options.limits ?? defaultFetchLimits);
  const client = new OpenAI({
    apiKey: options.apiKey,
    baseURL: options.baseUrl,
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: 24 * 60 * 60 * 1000, // the guarded fetch keeps time
    fetch: guarded.fetch,
    logLevel: 'off',
  });
  const started = performance.now();
  const joiner = createJoiner();
  try {
    const stream = await client.chat.completions.create(requestBody(options, messages, tools), { signal });
    for await (const chunk of stream) joiner.add(chunk);
  } catch (error) {
    signal.throwIfAborted();
    throw guarded.state.fault ?? classify(error, options);
  }
  signal.throwIfAborted();
  if (guarded.state.fault !== null) throw guarded.state.fault;
  const { message, finishReason, usage, model } = joiner.result();
  if (!guarded.state.done || finishReason === null) {
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
    usd: costOf(counted, options.prices ?? pricesAt(options.model, new Date())),
    model: model || options.model,
    seconds: (performance.now() - started) / 1000,
  };
}

/** Nothing came, or not what was announced. Reasoning alone is an answer: the model has no more to say. */
function isEmpty(message: AssistantMessage, finishReason: string): boolean {
  if (message.tool_calls !== undefined || finishReason === 'length' || finishReason === 'content_filter')
    return false;
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

function classify(error: unknown, options: ModelOptions): Error {
  if (!(error instanceof APIError)) {
    const message = error instanceof Error ? error.message : String(error);
    return new ModelFault('cut_stream', `the stream could not be read: ${message}`, { cause: error });
  }
  const status = error.status ?? 0;
  const isRefusal = status >= 400 && status < 500; // what a broken server says about models or money counts for nothing
  const said = error.message.slice(0, 500);
  const wait = secondsUntil(error.headers?.get('retry-after') ?? '');
  const retry = wait > 0 ? { retryAfterSeconds: wait } : {};
  const stop = (code: OperationalError['code'], message: string) =>
    new OperationalError(code, message, { cause: error });
  if (status === 401 || status === 403) {
    return stop(
      'model_refused_key',
      `The model endpoint ${options.baseUrl} refuses the key (${said}): set DEEPSEEK_API_KEY to a valid one.`,
    );
  }
  if (status === 402 || (isRefusal && /insufficient.balance|spend.limit|quota.*exceeded/i.test(said))) {
    return stop(
      'model_out_of_money',
      `The model account has no money left (${said}): top it up, then run again.`,
    );
  }
  if (status === 404 || (isRefusal && /model.*(not exist|not found|unknown)/i.test(said))) {
    return stop(
      'model_unknown',
      `The endpoint ${options.baseUrl} has no model ${options.model} (${said}): check AI_FIX_MODEL and DEEPSEEK_BASE_URL.`,
    );
  }
  if (status === 413 || (status === 400 && /context|too long|maximum.*tokens/i.test(said))) {
    return stop('context_overflow', `The conversation is longer than the model can take (${said}).`);
  }
  if (status === 429) return new ModelFault('rate_limited', said, { cause: error, ...retry });
  if (status >= 500 || status === 408 || status === 409) {
    return new ModelFault('server_error', said, { cause: error, ...retry });
  }
  if (status >= 400) {
    return stop(
      'model_rejected_request',
      `The model endpoint ${options.baseUrl} refuses the request: ${said}`,
    );
  }
  return new ModelFault('server_error', said, { cause: error });
}

/** Retry-After is a number of seconds or a date (RFC 9110, 10.2.3); 0 for what is neither, and for what is over. */
function secondsUntil(retryAfter: string): number {
  const seconds = retryAfter.trim() === '' ? Number.NaN : Number(retryAfter);
  const wait = Number.isNaN(seconds) ? (Date.parse(retryAfter) - Date.now()) / 1000 : seconds;
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}

function finalError(fault: ModelFault, baseUrl: string): OperationalError {
  const isSilent = fault.kind === 'unreachable' || fault.kind === 'timeout';
  const code = isSilent ? 'model_unreachable' : busyOrBroken(fault);
  const advice =
    fault.kind === 'rate_limited' || fault.kind === 'server_error'
      ? 'wait a while'
      : 'check DEEPSEEK_BASE_URL and the network';
  return new OperationalError(
    code,
    `The model at ${baseUrl} could not be asked (${fault.message}), also after ${attempts} tries: ${advice}, then run again.`,
    { cause: fault },
  );
}

function busyOrBroken({ kind }: ModelFault): 'model_rate_limited' | 'model_broken_answer' {
  return kind === 'rate_limited' ? 'model_rate_limited' : 'model_broken_answer';
}

function waitTooLong(fault: ModelFault, seconds: number, baseUrl: string): OperationalError {
  return new OperationalError(
    busyOrBroken(fault),
    `The model at ${baseUrl} asks to wait ${Math.ceil(seconds)} s (${fault.message}): run again after that.`,
    { cause: fault },
  );
}
