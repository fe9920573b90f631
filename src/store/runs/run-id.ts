import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A new id: 10 characters of time in milliseconds, then 8 of chance (40 bits). Sorts by time; lower-case letters and
 * digits only, so that it fits into names of branches and containers. (ULID, with half of its chance.)
 */
export function createRunId(now: Date): string {
  const time = Array.from({ length: 10 }, (_, index) => Math.floor(now.getTime() / 32 ** (9 - index)));
  return [...time, ...randomBytes(8)].map((number) => alphabet.charAt(number % 32)).join('');
}
