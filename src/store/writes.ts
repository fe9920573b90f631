import type { Queryable } from './database/database.ts';

/** Long after GitHub's lists show what was made. */
const keptFor = '1 day';

/**
 * Keeps that a write to another side begins, and gives how many milliseconds ago it began before; null when it never
 * did. Takes old ones away.
 */
export async function beginWrite(database: Queryable, now: Date, key: string): Promise<number | null> {
  const [row] = await database.query<{ before: Date | string | null }>(
    `WITH known AS (SELECT begun_at FROM ai_fix.writes WHERE key = $1),
       old AS (DELETE FROM ai_fix.writes WHERE key <> $1 AND begun_at < $2::timestamptz - interval '${keptFor}')
     INSERT INTO ai_fix.writes (key, begun_at) VALUES ($1, $2)
     ON CONFLICT (key) DO UPDATE SET begun_at = excluded.begun_at
     RETURNING (SELECT begun_at FROM known) AS before`,
    [key, now.toISOString()],
  );
  return row?.before == null ? null : now.getTime() - new Date(row.before).getTime();
}

export async function forgetWrite(database: Queryable, key: string): Promise<void> {
  await database.query('DELETE FROM ai_fix.writes WHERE key = $1', [key]);
}
