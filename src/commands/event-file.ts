import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunEvent } from '../core/events.ts';

/** A run's events as one JSON line each, in `events.jsonl` of a directory. Every line has a version and a time. */
export async function createEventFile(
  directory: string,
): Promise<{ append(...events: RunEvent[]): Promise<void> }> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'events.jsonl');
  return {
    append(...events) {
      const at = new Date().toISOString();
      const lines = events.map((event) => `${JSON.stringify({ v: 1, at, ...event })}\n`);
      return appendFile(path, lines.join(''));
    },
  };
}
