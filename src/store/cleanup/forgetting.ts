import type { Repository, Trigger } from '../../core/trigger.ts';
import { type Database, type Queryable, tryLockFor } from '../database/database.ts';

type Removed = Extract<Trigger, { kind: 'removed' }>;

interface Removal {
  guid: string;
  received_at: Date;
  trigger: Removed;
}

/**
 * Deletes what is stored of installations that were deleted, and of repositories that were taken off one: runs with
 * their events, and deliveries, that of the removal among them. It waits until the removal was handled and the last of
 * their runs has ended. What came after the removal stays: the repository may be back. How many rows.
 */
export function forgetRemoved(database: Database): Promise<number> {
  return database.transaction(async (transaction) => {
    if (!(await tryLockFor(transaction, 'housekeeping'))) return 0;
    let rows = 0;
    for (const removal of await handledRemovals(transaction)) rows += await forget(transaction, removal);
    return rows;
  });
}

/** Whether there is any run of a repository. */
export async function isKnown(
  database: Database,
  { host, id }: Pick<Repository, 'host' | 'id'>,
): Promise<boolean> {
  const found = await database.query(
    'SELECT 1 FROM ai_fix.runs WHERE host = $1 AND repository_id = $2 LIMIT 1',
    [host, id],
  );
  return found.length > 0;
}

/** A suspended installation may come back and find everything as it was. */
function handledRemovals(transaction: Queryable): Promise<Removal[]> {
  return transaction.query<Removal>(
    `SELECT guid, received_at, trigger FROM ai_fix.deliveries
     WHERE event IN ('installation', 'installation_repositories') AND verdict IS NOT NULL
       AND trigger ->> 'kind' = 'removed' AND trigger ->> 'why' IN ('uninstalled', 'repository_removed')
     ORDER BY received_at LIMIT 100`,
  );
}

const ofRemoval = 'installation_id = $1 AND ($2 OR repository_id = ANY ($3::bigint[]))';

async function forget(transaction: Queryable, { guid, received_at, trigger }: Removal): Promise<number> {
  const { host, installation, repositories } = trigger;
  const all = repositories === 'all';
  const removed = [installation, all, all ? [] : repositories, received_at.toISOString()];
  const runs = `host = $5 AND ${ofRemoval} AND created_at <= $4`;
  const live = await transaction.query(
    `SELECT 1 FROM ai_fix.runs WHERE ${runs} AND state <> 'ended' LIMIT 1`,
    [...removed, host],
  );
  if (live.length > 0) return 0;
  const gone = await transaction.query(`DELETE FROM ai_fix.runs WHERE ${runs} RETURNING id`, [
    ...removed,
    host,
  ]);
  await transaction.query(
    `DELETE FROM ai_fix.baselines AS kept WHERE NOT EXISTS (
       SELECT FROM ai_fix.runs WHERE runs.host || '/' || runs.repository_id = kept.repository)
       AND kept.used_at < $1`,
    [received_at.toISOString()],
  );
  const deliveries = await transaction.query(
    `DELETE FROM ai_fix.deliveries WHERE guid = $5 OR (${ofRemoval} AND received_at <= $4) RETURNING guid`,
    [...removed, guid],
  );
  return gone.length + deliveries.length;
}
