import type Docker from 'dockerode';
import type { Environment } from '../core/environment.ts';
import type { Sandbox } from './sandbox.ts';

const repository = 'ai-fix-env';
const keyLabel = 'ai-fix.environment';
const dataLabel = 'ai-fix.environment.data';

/** Environments kept under a key, newest first. They live in the Engine, so that several workers share them. */
export async function findEnvironments(docker: Docker, key: string): Promise<Environment[]> {
  const images = await docker.listImages({ filters: { label: [`${keyLabel}=${key}`] } });
  return images
    .sort((a, b) => b.Created - a.Created)
    .flatMap((image) => {
      const data = image.Labels?.[dataLabel];
      const environment = data === undefined ? null : parseData(data);
      return environment === null ? [] : [{ ...environment, image: image.Id }];
    });
}

/** Keeps what is in a sandbox as an environment's image and returns the image's id. */
export async function keepEnvironment(
  sandbox: Sandbox,
  environment: Omit<Environment, 'image'>,
): Promise<string> {
  sandbox.killEverything();
  return sandbox.commit({
    name: repository,
    tag: `${environment.key}-${environment.base.slice(0, 12)}`,
    labels: { [keyLabel]: environment.key, [dataLabel]: printData(environment) },
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
