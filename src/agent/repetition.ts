import type { ToolCall } from '../core/conversation.ts';

const longestPeriod = 3;

/** Watches for calls that come again and again with the same results: one, or a few in turn. */
export function createRepetitionWatch(noteAt = 3, stuckAt = 8) {
  const steps: string[] = [];
  return {
    noteAt,
    /** Takes note of a call; returns how many times in a row it, or its round of calls, has come with this result. */
    count(call: ToolCall, result: string): number {
      steps.push(JSON.stringify([call.function, result]));
      return rounds(steps);
    },
    isStuck(): boolean {
      return rounds(steps) >= stuckAt;
    },
  };
}

/** The largest number of equal rounds, of up to three steps each, at the end of the list. */
function rounds(steps: readonly string[]): number {
  let most = 1;
  for (let period = 1; period <= longestPeriod; period++) {
    let at = steps.length - 1;
    while (at - period >= 0 && steps[at] === steps[at - period]) at--;
    most = Math.max(most, Math.floor((steps.length - 1 - at) / period) + 1);
  }
  return most;
}
