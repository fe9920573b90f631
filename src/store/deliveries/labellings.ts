import type { Trigger } from '../../core/trigger.ts';
import type { Database } from '../database/database.ts';
import type { RepositoryKey } from '../runs/find-runs.ts';

export interface Labelling {
  /** By GitHub's clock, ISO 8601. */
  at: string;
  /** GitHub's id of it, where it was found without its webhook. */
  event: number | null;
  /** Which one of its second it is, as far as that is known; 1 unless told. */
  nth?: number;
  /** Whether a delivery counts that waits to be handled. */
  orWaiting?: boolean;
}

/** What is kept of a labelling to find it by. */
export interface LabellingRow {
  labelled_issue: number | null;
  asked_at: string | null;
  label_event: number | null;
}

/** Columns of their own: in texts of people there may be what PostgreSQL cannot take out of JSON. */
export function labellingOf(trigger: Trigger | null): LabellingRow {
  const isLabel = trigger?.kind === 'asked' && trigger.place.kind === 'label';
  if (!isLabel) return { labelled_issue: null, asked_at: null, label_event: null };
  const { subject, at, place } = trigger;
  return {
    labelled_issue: subject.number,
    asked_at: at ?? null,
    label_event: place.kind === 'label' ? (place.event ?? null) : null,
  };
}

/**
 * Whether a labelling was answered: by a run that was asked for after it, or by whatever became of another delivery
 * about it. GitHub's times are whole seconds: at the same second, two webhooks are two labellings, as their ids say, and
 * a webhook is the same as what was found without one, unless so many were found that one is missing.
 */
export async function isServed(
  database: Database,
  { host, id }: RepositoryKey,
  issue: number,
  { at, event, nth = 1, orWaiting = false }: Labelling,
): Promise<boolean> {
  const [found = { later: 0, same: 0 }] = await database.query<{ later: number; same: number }>(
    `SELECT count(*) FILTER (WHERE at > $4)::integer AS later,
       count(*) FILTER (WHERE at = $4 AND ($5 OR label_event IS NOT NULL))::integer AS same
     FROM (
       SELECT coalesce(asked_at, created_at) AS at, label_event, delivery FROM ai_fix.runs
       WHERE host = $1 AND repository_id = $2 AND issue_number = $3
       UNION
       SELECT coalesce(asked_at, received_at), label_event, guid FROM ai_fix.deliveries
       WHERE repository_id = $2 AND labelled_issue = $3 AND (verdict IS NOT NULL OR $6)
     ) AS answered`,
    [host, id, issue, at, event !== null, orWaiting],
  );
  return found.later > 0 || found.same >= (event === null ? 1 : nth);
}
