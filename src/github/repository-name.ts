import type { Repository } from '../core/trigger.ts';

/** The names that requests go by. */
export function named({ owner, name }: Repository): { owner: string; repo: string } {
  return { owner, repo: name };
}
