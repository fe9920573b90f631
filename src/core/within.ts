/** Waits for work, but so long at most; then it goes on by itself and the answer is `late`. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | 'late'> {
  const limit = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => limit.resolve('late'), milliseconds);
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}
