import type Docker from 'dockerode';
import { engineError, fromEngine, statusOf } from './engine-error.ts';

/** On images of installed environments: the key that an environment is found by. */
export const environmentLabel = 'ai-fix.environment';
/** On images of set-ups, which environments start from: their key. What starts from one has its label as well. */
export const setupLabel = 'ai-fix.setup';
export const setupRepository = 'ai-fix-setup';
/** On sandbox images that were built here: their name. */
export const sandboxLabel = 'ai-fix.sandbox';
/** On environments that the App installed: the repository, and the data directory of the process that did it. */
export const repositoryLabel = 'ai-fix.repository';
export const directoryLabel = 'ai-fix.directory';

/** An image of ours that is kept to be used again. */
export interface KeptImage {
  id: string;
  /** What its removal gives back: an environment or a set-up is one layer over another image. */
  bytes: number;
  usedAt: Date;
  repository: string | null;
  directory: string | null;
}

/**
 * Notes that an image is used; false when it is not there (any more). The note is the time of its tag: it stays with
 * the image in the Engine, so that all processes that share the Engine know of it. With an environment its set-up is used.
 */
export async function useImage(docker: Docker, idOrName: string): Promise<boolean> {
  const image = docker.getImage(idOrName);
  try {
    const { Id, RepoTags, Parent, Config } = await image.inspect();
    const name = RepoTags?.[0] ?? nameWithoutTag(Id, Config.Labels ?? {});
    const colon = name.lastIndexOf(':');
    await image.tag({ repo: name.slice(0, colon), tag: name.slice(colon + 1) });
    if (isEnvironmentOfSetup(Config.Labels ?? {}) && Parent !== '') await useImage(docker, Parent);
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw engineError(error);
  }
}

function nameWithoutTag(id: string, labels: Record<string, string>): string {
  const setup = environmentLabel in labels ? undefined : labels[setupLabel];
  return setup === undefined ? `ai-fix-env:${id.slice(7, 19)}` : `${setupRepository}:${setup}`;
}

function isEnvironmentOfSetup(labels: Record<string, string>): boolean {
  return environmentLabel in labels && setupLabel in labels;
}

/** Every image that bears one of our labels. */
export async function listKeptImages(docker: Docker): Promise<KeptImage[]> {
  const ids = await Promise.all(
    [environmentLabel, setupLabel, sandboxLabel].map(async (label) => {
      const images = await fromEngine(docker.listImages({ filters: { label: [label] } }));
      return images.map(({ Id }) => Id);
    }),
  );
  const kept = await Promise.all([...new Set(ids.flat())].map((id) => describe(docker, id)));
  return kept.filter((image) => image !== null);
}

async function describe(docker: Docker, id: string): Promise<KeptImage | null> {
  const image = docker.getImage(id);
  try {
    const [facts, history] = await Promise.all([image.inspect(), image.history()]);
    const labels = facts.Config.Labels ?? {};
    const { Metadata } = facts as { Metadata?: { LastTagTime?: string } };
    const [newest] = history as { Size: number }[];
    return {
      id,
      bytes: environmentLabel in labels || setupLabel in labels ? (newest?.Size ?? 0) : facts.Size,
      usedAt: new Date(Math.max(Date.parse(facts.Created), Date.parse(Metadata?.LastTagTime ?? '') || 0)),
      repository: labels[repositoryLabel] ?? null,
      directory: labels[directoryLabel] ?? null,
    };
  } catch (error) {
    if (isGone(error)) return null;
    throw engineError(error);
  }
}

/**
 * Removes an image, unless it was used since it was listed or a container is made of it: the Engine refuses that, and
 * nothing is forced. True when it is gone.
 */
export async function removeImage(docker: Docker, listed: KeptImage): Promise<boolean> {
  const now = await describe(docker, listed.id);
  if (now === null) return true;
  if (now.usedAt > listed.usedAt) return false;
  const { RepoTags } = await docker.getImage(listed.id).inspect();
  try {
    for (const name of RepoTags?.length ? RepoTags : [listed.id]) await docker.getImage(name).remove();
    return true;
  } catch (error) {
    if (isGone(error)) return true;
    if (isConflict(error)) return false;
    throw engineError(error);
  }
}

const isGone = (error: unknown) => statusOf(error) === 404;
const isConflict = (error: unknown) => statusOf(error) === 409;
