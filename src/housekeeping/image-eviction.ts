import pLimit from 'p-limit';
import type { Engine } from '../adapters.ts';
import { listKeptImages, removeImage, useImage } from '../sandbox/kept-images.ts';
import { planEviction } from './plan-eviction.ts';

/** A run that is under way has just used its image, or has a container of it, which the Engine keeps. */
const restMs = 10 * 60_000;

/**
 * Removes environments that were not used for long, or are more than may be kept, for work that makes many in a short
 * time. One call at a time.
 */
export function createImageEviction(
  { docker, image }: Engine,
  { days, gigabytes }: { days: number; gigabytes: number },
): () => Promise<void> {
  const limits = { days, bytes: gigabytes * 1e9, restMs };
  const oneByOne = pLimit(1);
  return () =>
    oneByOne(async () => {
      await useImage(docker, image);
      const removed = planEviction(await listKeptImages(docker), limits, new Date());
      for (const kept of removed) await removeImage(docker, kept);
    });
}
