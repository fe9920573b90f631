import type Docker from 'dockerode';
import { labels } from './container-options.ts';
import { fromEngine } from './engine-error.ts';
import { type Owner, parseOwner } from './owner.ts';
import { remove } from './sandbox.ts';

/** What a process knows of its own sandboxes. */
export interface Household {
  owner: Owner;
  /** Whether a run is under way in this process. */
  isLive(run: string): boolean;
}

/**
 * Removes sandboxes that are of no use to anybody: those past their deadline, whoever made them, and with a household
 * those that its own process or an earlier one on the same data directory left. Returns how many. Looks at nothing that
 * does not bear our labels, and leaves what other processes own.
 */
export async function reap(docker: Docker, now: Date, household: Household | null = null): Promise<number> {
  const ours = await fromEngine(docker.listContainers({ all: true, filters: { label: [labels.deadline] } }));
  // asked after the list: a run that began since has nothing in it
  const dead = ours.filter((container) => isDead(container.Labels, now, household));
  await Promise.all(dead.map((container) => remove(docker.getContainer(container.Id))));
  return dead.length;
}

/** Whether a container with these labels may go. */
export function isDead(found: Record<string, string>, now: Date, household: Household | null): boolean {
  if (!found[labels.deadline]) return false; // of somebody who looks into an image of ours
  if (Number(found[labels.deadline]) * 1000 < now.getTime()) return true;
  const owner = parseOwner(found[labels.owner]);
  if (owner === null || owner.directory !== household?.owner.directory) return false;
  return owner.start !== household.owner.start || !household.isLive(found[labels.run] ?? '');
}
