import type { Place } from '../../core/trigger.ts';
import type { ReactionTarget } from '../github-ports.ts';

/** What is reacted to, to show that a request was seen; null where GitHub knows no reactions. `issue` is its number. */
export function reactionTarget(place: Place, issue: number): ReactionTarget | null {
  if (place.kind === 'label') return { kind: 'issue', number: issue };
  return place.kind === 'comment' || place.kind === 'review_comment' ? place : null;
}
