import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunEvent } from '../core/events.ts';

/** A run's events as one JSON line each, in `events.jsonl` of a directory. Every line has a version and a time. */
export async function createEventFile(
  directory: string,
): Promise<{ append(event: RunEvent): Promise<void> }> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'events.jsonl');
  return {
    append: (event) =>
      appendFile(path, `${JSON.stringify({ v: 1, at: new Date().toISOString(), ...event })}\n`),
  };
}
