import type { AssistantMessage, Usage } from '../core/conversation.ts';

/** As V4 sends it; other servers leave some out. */
export interface WireUsage {
  prompt_tokens?: number;
  completion_tokens?: number;
  prompt_cache_hit_tokens?: number;
  prompt_tokens_details?: { cached_tokens?: number } | null;
  completion_tokens_details?: { reasoning_tokens?: number } | null;
}

/** What was sent and what came, in bytes, and how many tokens the answer may have had. */
export interface Extent {
  inputBytes: number;
  outputBytes: number;
  maximumOutputTokens: number;
}

const frameTokens = 4096;

/** Null where numbers are missing or make no sense: limits are held by our own count then. */
export function readUsage(raw: WireUsage): Usage | null {
  const prompt = count(raw.prompt_tokens);
  const output = count(raw.completion_tokens);
  if (prompt === null || output === null) return null;
  const hit = count(raw.prompt_cache_hit_tokens) ?? count(raw.prompt_tokens_details?.cached_tokens) ?? 0;
  const cacheHitTokens = Math.min(prompt, hit);
  return {
    cacheHitTokens,
    cacheMissTokens: prompt - cacheHitTokens,
    outputTokens: output,
    reasoningTokens: Math.min(output, count(raw.completion_tokens_details?.reasoning_tokens) ?? 0),
  };
}

function count(value: number | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

/** What a turn is charged for: what the endpoint says where that can be, else an upper bound of our own. */
export function chargedUsage(told: Usage | null, extent: Extent): Usage {
  return told !== null && canBe(told, extent) ? told : upperBound(extent);
}

/**
 * No token is shorter than a byte. The input has some that we did not write, in the model's own frame around messages
 * and tools; the answer may have more than came, where reasoning is not shown.
 */
function canBe(usage: Usage, { inputBytes, outputBytes, maximumOutputTokens }: Extent): boolean {
  const input = usage.cacheHitTokens + usage.cacheMissTokens;
  const mostOutput = Math.max(outputBytes, maximumOutputTokens);
  return (
    input > 0 &&
    input <= inputBytes + frameTokens &&
    usage.outputTokens > 0 &&
    usage.outputTokens <= mostOutput
  );
}

/** A token is seldom shorter than three bytes, and no more were asked for than the maximum. */
function upperBound({ inputBytes, outputBytes, maximumOutputTokens }: Extent): Usage {
  return {
    cacheHitTokens: 0,
    cacheMissTokens: Math.ceil(inputBytes / 3),
    outputTokens: Math.min(Math.ceil(outputBytes / 3), maximumOutputTokens),
    reasoningTokens: 0,
  };
}

/**
 * Of an answer that broke off nobody tells the usage. Its request is taken to be in the provider's cache, as nearly all
 * of a conversation is: else a bad line would use up the budget of a run that costs cents.
 */
export function lostUsage(told: Usage | null, extent: Extent): Usage {
  if (told !== null && canBe(told, extent)) return told;
  const { cacheMissTokens, ...rest } = upperBound(extent);
  return { ...rest, cacheHitTokens: cacheMissTokens, cacheMissTokens: 0 };
}

/** The extent of one request, by the bytes of its JSON. */
export function extentOf(input: unknown, answer: AssistantMessage, maximumOutputTokens: number): Extent {
  const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
  return { inputBytes: bytes(input), outputBytes: bytes(answer), maximumOutputTokens };
}
