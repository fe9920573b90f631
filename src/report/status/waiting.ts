import type { ErrorCode } from '../../core/errors.ts';
import type { RunFacts } from '../run-facts.ts';
import { adviceFor } from './advice.ts';

/** Nothing of these passes by itself, so it is said who has to do something; of all others nobody has. */
const needsPeople = new Set<ErrorCode>([
  'model_out_of_money',
  'model_refused_key',
  'github_unauthorised',
  'engine_unavailable',
  'disk_full',
]);

/** Why a run that was left waits, and what has to happen; null while it is worked on. Markdown. */
export function waitingWords({ parked }: RunFacts): string | null {
  if (parked === null) return null;
  const goesOn = `The work is kept and goes on by itself${timeOf(parked.until)}.`;
  if (parked.code === null) return `The server is being restarted. ${goesOn}`;
  const { what, next } = adviceFor(parked.code);
  return needsPeople.has(parked.code) ? `${what} ${next} ${goesOn}` : `${what} ${goesOn}`;
}

function timeOf(until: string | null): string {
  return until === null ? '' : `, at about ${until.slice(11, 16)} UTC`;
}
