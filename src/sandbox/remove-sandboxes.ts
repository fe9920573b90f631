import type Docker from 'dockerode';
import { labels } from './container-options.ts';
import { remove } from './sandbox.ts';

/** Removes the sandboxes of these runs, whatever is going on in them. */
export async function removeSandboxes(docker: Docker, runs: Iterable<string>): Promise<void> {
  for (const run of runs) {
    const found = await docker.listContainers({ all: true, filters: { label: [`${labels.run}=${run}`] } });
    await Promise.all(found.map(({ Id }) => remove(docker.getContainer(Id))));
  }
}
