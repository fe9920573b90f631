import { expect } from 'vitest';

/** A request without its last parts: all that is cached of it, and what follows. */
function split(body: Buffer): { cached: string; rest: string } {
  const text = body.toString();
  const end = text.lastIndexOf('],"stream":');
  expect(text.slice(0, 100)).toMatch(/^{"model":"[\w-]+","tools":\[/);
  expect(end).toBeGreaterThan(0);
  return { cached: text.slice(0, end), rest: text.slice(end) };
}

/** Of one conversation: that every request begins with the bytes of the one before it, and ends as all do. */
export function expectToGrow(bodies: readonly Buffer[]): void {
  const requests = bodies.map(split);
  for (const [index, { cached }] of requests.slice(1).entries())
    expect(cached.startsWith(requests[index]?.cached ?? 'none'), `request ${index + 2}`).toBe(true);
  expect(new Set(requests.map(({ rest }) => rest)).size).toBe(1);
}

/** What two requests have in common at their start. */
export function commonStart(one: Buffer, other: Buffer): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return one.toString('utf8', 0, at);
}
