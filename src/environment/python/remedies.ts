import type { Failure, Remedy } from '../prepare/remedy.ts';
import {
  dependenciesAlone,
  developedInPlace,
  missingHeaders,
  olderSetuptools,
  withoutIsolation,
} from './build-remedies.ts';
import { withoutBrokenLock, withoutLock, withoutSync } from './lock-remedies.ts';
import { goOnWithout, leaveOut, newerThanItsTime, withoutDates } from './package-remedies.ts';
import { newerPytest } from './pytest-starts.ts';

/** Null when it is another failure than what it is for, or was tried before. */
type Cure = (failure: Failure) => Remedy | null;

/** What people do by hand about a failed installation by uv, the most specific first. */
const cures: readonly Cure[] = [
  missingHeaders,
  olderSetuptools,
  developedInPlace,
  withoutIsolation,
  dependenciesAlone,
  withoutDates,
  newerThanItsTime,
  withoutLock,
  leaveOut,
  withoutSync,
  goOnWithout,
];

/** What to try after a failed command of uv's, or when pytest does not start; null when nothing is known. */
export function findPythonRemedy(failure: Failure): Remedy | null {
  const isOfUv = /\buv (pip install|sync)\b/.test(failure.command);
  const known = [newerPytest, withoutBrokenLock, ...(isOfUv ? cures : [])];
  for (const cure of known) {
    const remedy = cure(failure);
    if (remedy !== null) return remedy;
  }
  return null;
}
