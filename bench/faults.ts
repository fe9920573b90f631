import { isDeepStrictEqual } from 'node:util';
import { mutate } from './faults/mutate.ts';
import { type Play, type Played, startStage } from './faults/play.ts';
import { calls, recordTurn } from './faults/recorded-turn.ts';
import type { BenchOptions } from './support/options.ts';
import { createRandom } from './support/random.ts';
import { say } from './support/say.ts';

/**
 * Breaks what the model's endpoint sends, over the real client and the agent's loop: a recorded turn cut at every byte,
 * and many turns broken in other ways. Counts what must never be.
 */
export async function benchFaults(options: BenchOptions): Promise<object> {
  const turn = await recordTurn();
  await using stage = await startStage();
  const broken: string[] = [];
  const ends: Record<string, number> = {};
  const count = (name: string, played: Played, found: string[]) => {
    ends[played.end ?? 'none'] = (ends[played.end ?? 'none'] ?? 0) + 1;
    broken.push(...found.map((what) => `${name}: ${what}`));
  };
  const whole = await stage.play({ bytes: turn, end: 'close' });
  for (const end of ['close', 'reset'] as const) {
    for (let bytes = 0; bytes < turn.length; bytes++) {
      const played = await stage.play({ bytes: turn.subarray(0, bytes), end, again: turn });
      count(`${end} after ${bytes} bytes`, played, [...wrongWithAny(played), ...wrongWithCut(played, whole)]);
    }
    say(`cut at each of ${turn.length} bytes, then ${end}: ${broken.length} broken`);
  }
  const mutations = Number(options.get('runs') ?? 1000);
  for (let seed = 0; seed < mutations; seed++) {
    const random = createRandom(seed);
    const bytes = mutate(turn, random);
    const play: Play = { bytes, end: 'close', ...(random() < 0.5 ? { again: turn } : {}) };
    const played = await stage.play(play);
    count(`mutation ${seed}`, played, [...wrongWithAny(played), ...wrongWithMutation(played, bytes, play)]);
  }
  return {
    turn_bytes: turn.length,
    cuts: 2 * turn.length,
    mutations,
    broken: broken.length,
    first: broken.slice(0, 10),
    ends,
  };
}

/** Whatever came over the wire. */
function wrongWithAny({ end, executed, messages, refusal }: Played): string[] {
  const stored = messages.flatMap((message) =>
    message.role === 'assistant' ? (message.tool_calls ?? []) : [],
  );
  const isStored = (call: Played['executed'][number]) =>
    stored.some(
      ({ function: { name, arguments: text } }) =>
        name === call.name && isDeepStrictEqual(JSON.parse(text), call.arguments),
    );
  return [
    ...(end === null ? ['no named end'] : []),
    ...(refusal === null ? [] : [`a history that the model refuses: ${refusal}`]),
    ...(executed.every(isStored) ? [] : ['a call was executed that is not in the history']),
  ];
}

/** A cut turn is asked for again: what is left of it is what the whole turn leaves. */
function wrongWithCut(played: Played, whole: Played): string[] {
  return [
    ...(isDeepStrictEqual(played.executed, calls) ? [] : [`executed ${JSON.stringify(played.executed)}`]),
    ...(isDeepStrictEqual(played.messages, whole.messages) ? [] : ['another history than of the whole turn']),
    ...(played.end === 'finished' ? [] : [`ended as ${played.end}`]),
  ];
}

/** A turn without finish reason or end mark is stored by nobody. */
function wrongWithMutation({ messages }: Played, bytes: Buffer, { again }: Play): string[] {
  const text = bytes.toString();
  const isWhole = /^data: ?\[DONE\]/m.test(text) && /"finish_reason":"/.test(text);
  const first = messages.find(({ role }) => role === 'assistant');
  const isFromIt = first !== undefined && first.content !== 'hello' && again === undefined;
  return isFromIt && !isWhole ? ['a turn without its end was stored'] : [];
}
