const lookEvery = 10;

/**
 * Watches for many steps in which nothing changes in the work tree. `look` tells what it holds, in any words that differ
 * when it does; it is asked at every tenth step, since it costs a command in the sandbox.
 */
export function createIdlenessWatch(look: () => Promise<string>, noteAt = 20, stuckAt = 60) {
  let steps = 0;
  let idle = 0;
  let last: string | null = null;
  return {
    /** Takes note of a step; returns in how many nothing has changed where that is worth saying now, else 0. */
    async count(): Promise<number> {
      steps += 1;
      if (steps % lookEvery !== 1) return 0;
      const now = await look();
      idle = now === last ? idle + lookEvery : 0;
      last = now;
      return idle >= noteAt ? idle : 0;
    },
    isStuck(): boolean {
      return idle >= stuckAt;
    },
  };
}
