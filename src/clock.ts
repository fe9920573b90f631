const everyMs = 5000;
const toleratedMs = 30_000;

/**
 * Tells how many seconds the clock was put back, once it was. What waits for a time of day (spacing of requests, leases)
 * would wait as long again. A clock that goes forward, as after a sleep, does no harm.
 */
export function watchClock(onBack: (seconds: number) => void): Disposable {
  const ahead = () => Date.now() - performance.now();
  let last = ahead();
  const timer = setInterval(() => {
    const now = ahead();
    if (last - now > toleratedMs) onBack(Math.round((last - now) / 1000));
    last = now;
  }, everyMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
