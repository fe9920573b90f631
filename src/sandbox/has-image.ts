import type Docker from 'dockerode';
import { messageOf, OperationalError } from '../core/errors.ts';

export async function hasImage(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).inspect();
    return true;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return false;
    throw new OperationalError('engine_unavailable', `The Docker Engine refused: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
