import type Docker from 'dockerode';
import { engineError, statusOf } from './engine-error.ts';

const known = new WeakMap<Docker, Promise<boolean>>();

/**
 * Whether this Engine can limit the size of a container's writable layer. No call tells, so one is tried:
 * it can on btrfs, zfs, and overlay2 over xfs with project quotas, and refuses elsewhere.
 */
export function hasSizeOption(docker: Docker, image: string): Promise<boolean> {
  const answer = known.get(docker) ?? probe(docker, image);
  known.set(docker, answer);
  answer.catch(() => known.delete(docker));
  return answer;
}

async function probe(docker: Docker, image: string): Promise<boolean> {
  try {
    const container = await docker.createContainer({
      Image: image,
      Entrypoint: ['/'],
      HostConfig: { StorageOpt: { size: '10G' } },
    });
    await container.remove({ force: true });
    return true;
  } catch (error) {
    if (statusOf(error) === undefined || statusOf(error) === 404) throw engineError(error);
    return false;
  }
}
