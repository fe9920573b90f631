import type Docker from 'dockerode';
import { engineError, statusOf } from './engine-error.ts';

export async function hasImage(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).inspect();
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw engineError(error);
  }
}
