import type { Trigger } from '../../core/trigger.ts';
import type { Database, Queryable } from '../database/database.ts';
import { checkTrigger } from '../runs/check-stored.ts';
import { labellingOf } from './labellings.ts';

/** What is kept of a webhook: never its body. What its trigger keeps of it is what a run would read. */
export interface Delivery {
  /** GitHub's id of the delivery; a redelivery has the same. */
  guid: string;
  event: string;
  action: string | null;
  installation: number | null;
  repository: number | null;
}

/** A delivery that asks for something, as a worker gets it. */
export interface Triggered {
  guid: string;
  trigger: Trigger;
}

/** A webhook with what it asks for; null when it means nothing. */
export interface Incoming {
  delivery: Delivery;
  trigger: Trigger | null;
}

export type SendTriggers = (
  transaction: Queryable,
  triggers: readonly { delivery: string; trigger: Trigger }[],
) => Promise<void>;

/**
 * Keeps deliveries and queues their triggers, all or nothing; nothing is lost once this resolves. False for a delivery
 * that was here before: then nothing else happens. No two of them may be about one subject: their order would be lost.
 */
export async function acceptDeliveries(
  database: Database,
  sendTriggers: SendTriggers,
  now: Date,
  incoming: readonly Incoming[],
): Promise<boolean[]> {
  const rows = incoming.map(({ delivery, trigger }) => ({
    ...delivery,
    ...labellingOf(trigger),
    trigger: trigger && JSON.stringify(trigger),
  }));
  return database.transaction(async (transaction) => {
    const inserted = await transaction.query<{ guid: string }>(
      `INSERT INTO ai_fix.deliveries (guid, event, action, installation_id, repository_id, received_at, trigger,
         labelled_issue, asked_at, label_event)
       SELECT guid, event, action, installation, repository, $2, trigger::json, labelled_issue, asked_at, label_event
       FROM json_to_recordset($1) AS x
         (guid text, event text, action text, installation bigint, repository bigint, trigger text,
          labelled_issue integer, asked_at timestamptz, label_event bigint)
       ON CONFLICT DO NOTHING RETURNING guid`,
      [JSON.stringify(rows), now.toISOString()],
    );
    const fresh = new Set(inserted.map(({ guid }) => guid));
    const isNew = incoming.map(({ delivery }) => fresh.delete(delivery.guid));
    const triggers = incoming.flatMap(({ delivery, trigger }, index) =>
      isNew[index] && trigger !== null ? [{ delivery: delivery.guid, trigger }] : [],
    );
    if (triggers.length > 0) await sendTriggers(transaction, triggers);
    return isNew;
  });
}

/** Notes for people what became of a delivery. */
export async function setVerdict(database: Database, guid: string, verdict: string): Promise<void> {
  await database.query('UPDATE ai_fix.deliveries SET verdict = $2 WHERE guid = $1', [guid, verdict]);
}

/** Rejects with `data_corrupt` when what it asks for cannot be read. */
export async function readTriggered(database: Database, guid: string): Promise<Triggered | null> {
  const [row] = await database.query<{ trigger: Trigger | null }>(
    'SELECT trigger FROM ai_fix.deliveries WHERE guid = $1',
    [guid],
  );
  if (!row?.trigger) return null;
  checkTrigger(guid, row.trigger);
  return { guid, trigger: row.trigger };
}
