import { createHash } from 'node:crypto';
import type Docker from 'dockerode';
import { fromEngine } from './engine-error.ts';
import { setupLabel, setupRepository, useImage } from './kept-images.ts';
import type { Sandbox } from './sandbox.ts';

/** Raised when what a set-up image holds changes its meaning: older ones are then not used any more. */
const formatVersion = 1;

/** The image that these commands made of this sandbox image, or null. */
export async function findSetup(
  docker: Docker,
  image: string,
  commands: readonly string[],
): Promise<string | null> {
  const name = `${setupRepository}:${await setupKey(docker, image, commands)}`;
  return (await useImage(docker, name)) ? name : null;
}

/** Keeps what these commands made of a sandbox and returns the image's name. */
export async function keepSetup(
  docker: Docker,
  sandbox: Sandbox,
  image: string,
  commands: readonly string[],
): Promise<string> {
  sandbox.killEverything();
  const key = await setupKey(docker, image, commands);
  await sandbox.commit({ name: setupRepository, tag: key, labels: { [setupLabel]: key } });
  return `${setupRepository}:${key}`;
}

/** By the image's id: an operator's own image may change under its name. */
async function setupKey(docker: Docker, image: string, commands: readonly string[]): Promise<string> {
  const { Id } = await fromEngine(docker.getImage(image).inspect());
  const parts = JSON.stringify([formatVersion, Id, commands]);
  return createHash('sha256').update(parts).digest('hex').slice(0, 16);
}
