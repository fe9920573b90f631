import type { Passing, Watch } from './gateway.ts';
import type { ArmedKill, FromChild } from './messages.ts';
import { isSame, type Passed, type Point } from './points.ts';

/** Where the App is to be killed, and how many milliseconds later. Numbers count from the kill before it. */
export interface Blow {
  at: Point;
  delayMs: number;
}

/** Writes down what was passed, and strikes where it is told to. */
export interface Record {
  passed: Passed[];
  runs: Set<string>;
  /** Environments that runs used. */
  images: Set<string>;
  /** Forgets everything, and strikes at these points, one after the other. */
  begin(blows: readonly Blow[], kill: () => Promise<void>): void;
  /** What the App's process has to do itself next. */
  ownBlow(): ArmedKill | null;
  hear(message: FromChild): void;
  /** For a gateway; requests without a name are let through. */
  watch(place: Exclude<Point['place'], 'store'>, nameOf: (passing: Passing) => string | null): Watch;
}

export function createRecord(): Record {
  const passed: Passed[] = [];
  const runs = new Set<string>();
  const images = new Set<string>();
  const counts = new Map<string, number>();
  let blows: Blow[] = [];
  let kill = async () => {};

  /** The blow that falls here, if one does; then the next one is waited for. */
  function passes(point: Point): Blow | null {
    passed.push({ ...point, at: performance.now() });
    const [next] = blows;
    if (next === undefined || !isSame(next.at, point)) return null;
    blows.shift();
    counts.clear();
    return next;
  }

  async function strike({ delayMs }: Blow): Promise<'go' | 'cut'> {
    if (delayMs > 0) {
      setTimeout(() => void kill(), delayMs);
      return 'go';
    }
    await kill();
    return 'cut';
  }

  return {
    passed,
    runs,
    images,
    begin(given, killApp) {
      passed.length = 0;
      runs.clear();
      counts.clear();
      blows = [...given];
      kill = killApp;
    },
    ownBlow() {
      const [next] = blows;
      if (next?.at.place !== 'store') return null;
      const { call, number, when } = next.at;
      return { call, number, when: when === 'after' ? 'after' : 'before', delayMs: next.delayMs };
    },
    hear(message) {
      if (message.kind === 'store') passes({ ...message, place: 'store' });
      if (message.kind !== 'event') return;
      runs.add(message.run);
      if (message.event.type === 'environment_ready') images.add(message.event.image);
    },
    watch(place, nameOf) {
      const numbers = new WeakMap<Passing, number>();
      const numberOf = (passing: Passing, call: string) => {
        const number = numbers.get(passing) ?? (counts.get(`${place} ${call}`) ?? 0) + 1;
        if (!numbers.has(passing)) counts.set(`${place} ${call}`, number);
        numbers.set(passing, number);
        return number;
      };
      return async (passing, when) => {
        const call = nameOf(passing);
        if (call === null) return 'go';
        const blow = passes({ place, call, number: numberOf(passing, call), when, about: '' });
        return blow === null ? 'go' : strike(blow);
      };
    },
  };
}
