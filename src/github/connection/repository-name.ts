import type { Repository } from '../../core/trigger.ts';

/** The names that requests go by. */
export function named({ owner, name }: Repository): { owner: string; repo: string } {
  return { owner, repo: name };
}

/** What a write is kept under: by the repository's id, because names change hands. */
export function keyOf({ host, id }: Repository, what: string): string {
  return `${host}/${id} ${what}`;
}
