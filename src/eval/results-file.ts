import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperationalError } from '../core/errors.ts';
import type { InstanceResult } from './result.ts';

/** What makes results comparable: those of different settings are kept apart. */
export interface Settings {
  model: string;
  gold: string | null;
  /** Where more than one is allowed: how many, and who is asked then. */
  attempts?: string;
}

export interface ResultsFile {
  /** Instances that were done by an earlier start, and need not be done again. */
  finished: ReadonlySet<string>;
  /** The newest of each instance. */
  results: ReadonlyMap<string, InstanceResult>;
  /** Adds a result; a crash can cut only the last one. */
  append(result: InstanceResult): Promise<void>;
}

type Line = Settings & { v: 1; result: InstanceResult };

/**
 * The results of an evaluation, in `results.jsonl` of its directory: only ever appended to, so that a killed evaluation
 * goes on where it was. A line that was cut off counts for nothing. Rejects with `bad_config` for results of other
 * settings.
 */
export async function openResultsFile(directory: string, settings: Settings): Promise<ResultsFile> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'results.jsonl');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').flatMap(parseLine);
  const other = lines.find((line) => describe(line) !== describe(settings));
  if (other !== undefined) {
    throw new OperationalError(
      'bad_config',
      `${directory} holds results of another evaluation (${describe(other)}, not ${describe(settings)}): name another directory with --out.`,
    );
  }
  if (text !== '' && !text.endsWith('\n')) await appendFile(path, '\n');
  const results = new Map(lines.map(({ result }) => [result.id, result]));
  const finished = [...results.values()].filter(({ again }) => !again);
  return {
    finished: new Set(finished.map(({ id }) => id)),
    results,
    async append(result) {
      const line: Line = { v: 1, ...settings, result };
      await appendFile(path, `${JSON.stringify(line)}\n`);
      results.set(result.id, result);
    },
  };
}

function parseLine(line: string): Line[] {
  try {
    const parsed = JSON.parse(line) as Partial<Line>;
    return parsed.v === 1 && parsed.result?.id !== undefined ? [parsed as Line] : [];
  } catch {
    return [];
  }
}

function describe({ model, gold, attempts }: Settings): string {
  if (gold !== null) return `gold: ${gold}`;
  return attempts === undefined ? model : `${model}, attempts: ${attempts}`;
}
