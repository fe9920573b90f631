import { type ErrorCode, messageOf, OperationalError } from '../../core/errors.ts';
import type { StoredEvent } from '../../core/run-record.ts';
import { fruitless } from '../shifts.ts';

/** How a run is left for a while instead of ended. */
export interface Parking {
  code: ErrorCode;
  why: string;
  /** Until somebody goes on with it. */
  seconds: number;
  /** Whether other runs would meet the same, so that they wait as well. */
  isShared: boolean;
}

/** How long to wait. Tests shorten it. */
export interface Pauses {
  /** Seconds before try number 1, 2, ... after faults in a row. */
  again(tries: number): number;
  /** Seconds until one run asks the model again, after it failed for all so many times in a row. */
  model(code: ErrorCode, failures: number): number;
}

const shortest = 15;
const longest = 900;

export const defaultPauses: Pauses = {
  again: (tries) => Math.min(longest, shortest * 2 ** (tries - 1)) * (0.8 + 0.4 * Math.random()),
  // money and keys are mended by people, the rest by itself
  model: (code, failures) => (needsPeople.has(code) ? 300 : Math.min(600, 30 * 2 ** (failures - 1))),
};

const needsPeople = new Set<ErrorCode>(['model_out_of_money', 'model_refused_key']);

const ofModel = new Set<ErrorCode>([
  'model_out_of_money',
  'model_refused_key',
  'model_rate_limited',
  'model_unreachable',
  'model_broken_answer',
]);

/** Mostly over after a while, or mended by whoever runs the server, and no run's own fault. */
const ofWorld = new Set<ErrorCode>([
  'rate_limited',
  'github_unreachable',
  'github_unauthorised',
  'engine_unavailable',
  'disk_full',
]);

/** A sandbox that breaks down this often at one point does so because of what runs in it. */
const maximumBreakdowns = 3;
const hoursOfPatience = 24;

/**
 * Whether and how long a run that met an error is parked; null: it ends. A rate limit tells until when; what lasts for
 * more than a day is not waited for.
 */
export function parkingFor(
  error: unknown,
  events: readonly StoredEvent[],
  now: number,
  pauses: Pauses,
): Parking | null {
  const known = error instanceof OperationalError ? error : ofDisk(error);
  if (known === null) return null;
  const { code, message: why, until } = known;
  const { parks, since } = fruitless(events);
  const hours = parks === 0 ? 0 : (now - Date.parse(since)) / 3_600_000;
  if (hours > hoursOfPatience) return null;
  if (code === 'sandbox_died' && parks + 1 >= maximumBreakdowns) return null;
  if (ofModel.has(code)) return { code, why, seconds: 0, isShared: true };
  if (!ofWorld.has(code) && code !== 'sandbox_died') return null;
  const wait = pauses.again(parks + 1);
  const limit = until === null ? 0 : (until.getTime() - now) / 1000;
  return { code, why, seconds: Math.max(limit, 0) + wait, isShared: false };
}

/** Node's own error where a disk is full; null for every other. */
function ofDisk(error: unknown): OperationalError | null {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return null;
  return new OperationalError('disk_full', `The server's disk is full: ${messageOf(error)}`, {
    cause: error,
  });
}
