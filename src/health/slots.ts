/** Since when a process that does `maximum` runs at once could take one more. */
export function createSlots(maximum: number, now: () => number = Date.now) {
  let taken = 0;
  let freeSince: number | null = maximum > 0 ? now() : null;
  return {
    freeSince: () => freeSince,
    runTaken() {
      taken += 1;
      if (taken >= maximum) freeSince = null;
    },
    runLeft() {
      taken -= 1;
      if (taken < maximum) freeSince ??= now();
    },
  };
}
