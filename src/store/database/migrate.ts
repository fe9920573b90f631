import { OperationalError } from '../../core/errors.ts';
import { type Database, lockFor, type Queryable } from './database.ts';
import { type Migration, migrations } from './migrations.ts';

/** Brings the tables up to date. Safe to run in several processes at once; each step commits on its own. */
export async function migrate(database: Database, known: readonly Migration[] = migrations): Promise<void> {
  while (await database.transaction((transaction) => applyNext(transaction, known)));
}

/** Applies the first missing migration; false when there is none. */
async function applyNext(transaction: Queryable, known: readonly Migration[]): Promise<boolean> {
  await lockFor(transaction, 'migrate');
  await createHistory(transaction);
  const [{ number: version } = { number: 0 }] = await transaction.query<{ number: number }>(
    'SELECT coalesce(max(number), 0) AS number FROM ai_fix.migrations',
  );
  if (version > known.length) throw tooNew(version, known.length);
  const next = known[version];
  if (next === undefined) return false;
  await transaction.query(next.sql);
  await transaction.query('INSERT INTO ai_fix.migrations (number, name) VALUES ($1, $2)', [
    version + 1,
    next.name,
  ]);
  return true;
}

/** Looks with a query of its own: IF NOT EXISTS may still see what was there before the lock was waited for. */
async function createHistory(transaction: Queryable): Promise<void> {
  const found = await transaction.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', ['ai_fix']);
  if (found.length > 0) return;
  await transaction.query(
    `CREATE SCHEMA ai_fix;
     CREATE TABLE ai_fix.migrations (
       number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());`,
  );
}

function tooNew(found: number, known: number): OperationalError {
  return new OperationalError(
    'data_too_new',
    `The database has the tables of a newer ai-fix (version ${found}; this one knows ${known}).\n` +
      'Start that newer version, or restore the backup made before it ran: going back is not possible.',
  );
}
