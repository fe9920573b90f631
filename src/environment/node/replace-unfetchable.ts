import type { Shell } from '../../core/command.ts';
import type { Failure, Remedy } from '../prepare/remedy.ts';
import { leaveOut } from './leave-out.ts';
import { takeRelease } from './released.ts';
import { findUnfetchable } from './unfetchable.ts';

/** Puts something in the place of a dependency that an installation failed for, or leaves it out. */
export async function replaceUnfetchable(shell: Shell, failure: Failure): Promise<Remedy | null> {
  const unfetchable = await findUnfetchable(shell, failure.said);
  if (unfetchable === null) return null;
  return (
    (await takeRelease(shell, unfetchable, failure.command)) ?? (await leaveOut(shell, unfetchable, failure))
  );
}
