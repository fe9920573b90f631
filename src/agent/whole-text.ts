import type { Prices } from '../core/model-profile.ts';

/** Requests of a usual run. */
const requests = 25;
/** Calls of a usual run that only look at a file, and the tokens of such a call with its reasoning. */
const looks = 6;
const callTokens = 200;
/** What one of them shows. */
const shownTokens = 1500;
/** The history that each of them has to send once more. */
const historyTokens = 15_000;
/** Of code; fewer than in prose. */
const charactersPerToken = 3;
/** Where tokens cost nothing, more than this still takes time and draws the eye off the point. */
const mostTokens = 20_000;

/**
 * Whether a repository's whole text in the first message costs less than to have the agent look at its files. The text
 * is paid for once in full and with every later request from the cache. Against that stand the looks that it saves:
 * what they show would have been paid for in the same way, and each look is a request of its own. So it pays up to
 * little more than what would have been looked at anyway: 11,000 to 14,000 tokens with the prices in the table.
 */
export function wholeTextPays(characters: number, { cacheHit, cacheMiss, output }: Prices): boolean {
  const tokens = characters / charactersPerToken;
  const toHold = cacheMiss + (requests - 1) * cacheHit;
  const toLook = callTokens * output + historyTokens * cacheHit;
  const saved = looks * toLook + Math.min(tokens, looks * shownTokens) * toHold;
  return tokens <= mostTokens && tokens * toHold <= saved;
}
