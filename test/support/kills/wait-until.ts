import { setTimeout as sleep } from 'node:timers/promises';

/** Looks again and again until there is something; null when there is nothing within the time. */
export async function waitUntil<Found>(
  look: () => Promise<Found | null>,
  { withinMs, everyMs = 100 }: { withinMs: number; everyMs?: number },
): Promise<Found | null> {
  const limit = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null || performance.now() > limit) return found;
    await sleep(everyMs);
  }
}
