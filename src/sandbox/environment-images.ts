import type Docker from 'dockerode';
import type { Environment } from '../core/environment.ts';
import { fromEngine } from './engine-error.ts';
import { directoryLabel, environmentLabel, repositoryLabel, useImage } from './kept-images.ts';
import type { Sandbox } from './sandbox.ts';

const name = 'ai-fix-env';
const dataLabel = 'ai-fix.environment.data';

/**
 * Environments kept under a key, newest first. They live in the Engine, so that several workers share them. To be found
 * counts as use: what is found here is not removed for its age before it is started.
 */
export async function findEnvironments(docker: Docker, key: string): Promise<Environment[]> {
  const label = [`${environmentLabel}=${key}`];
  const listed = await fromEngine(docker.listImages({ filters: { label } }));
  const areThere = await Promise.all(listed.map(({ Id }) => useImage(docker, Id)));
  return listed
    .filter((_, index) => areThere[index])
    .sort((a, b) => b.Created - a.Created)
    .flatMap((image) => {
      const data = image.Labels?.[dataLabel];
      const environment = data === undefined ? null : parseData(data);
      return environment === null ? [] : [{ ...environment, image: image.Id }];
    });
}

/** Whom an environment was installed for, where the App did it: it goes when the repository does. */
export interface EnvironmentOrigin {
  repository: string;
  directory: string;
}

/** Keeps what is in a sandbox as an environment's image and returns the image's id. */
export async function keepEnvironment(
  sandbox: Sandbox,
  environment: Omit<Environment, 'image'>,
  origin: EnvironmentOrigin | null,
): Promise<string> {
  sandbox.killEverything();
  return sandbox.commit({
    name,
    tag: `${environment.key}-${environment.base.slice(0, 12)}`,
    labels: {
      [environmentLabel]: environment.key,
      [dataLabel]: printData(environment),
      ...(origin === null
        ? {}
        : { [repositoryLabel]: origin.repository, [directoryLabel]: origin.directory }),
    },
  });
}

/** Base64, because a label's value is quoted once more by the Engine. */
function printData(environment: Omit<Environment, 'image'>): string {
  return Buffer.from(JSON.stringify(environment)).toString('base64');
}

function parseData(data: string): Omit<Environment, 'image'> | null {
  try {
    return JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as Omit<Environment, 'image'>;
  } catch {
    return null;
  }
}
