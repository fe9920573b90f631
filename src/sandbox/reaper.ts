import type Docker from 'dockerode';
import { labels } from './container-options.ts';
import { remove } from './sandbox.ts';

/**
 * Removes sandboxes whose deadline has passed: those of processes that died before they could. Returns how many.
 * Looks at nothing that does not bear our labels.
 */
export async function reapExpired(docker: Docker, now: Date): Promise<number> {
  const ours = await docker.listContainers({ all: true, filters: { label: [labels.deadline] } });
  const expired = ours.filter(
    (container) => Number(container.Labels[labels.deadline]) * 1000 < now.getTime(),
  );
  await Promise.all(expired.map((container) => remove(docker.getContainer(container.Id))));
  return expired.length;
}
