import { messageOf, OperationalError } from '../../core/errors.ts';

/** Runs SQL with `$1` placeholders; without parameters `sql` may hold several statements. */
export interface Queryable {
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

/**
 * PostgreSQL, embedded or on a server. `transaction` commits when `work` resolves and rolls back when it rejects.
 * Inside `work` only the given `Queryable` may be used: the embedded database has one connection, and a query past
 * the transaction would wait for its end for ever.
 */
export interface Database extends Queryable, AsyncDisposable {
  transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result>;
}

/** What PostgreSQL says of a row or an index that it cannot read any more, in words; any other error as it is. */
export function unreadable(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code !== 'XX001' && code !== 'XX002') return error;
  return new OperationalError(
    'data_corrupt',
    `The database cannot read what it holds: ${messageOf(error)}. Look at the disk, and restore a backup.`,
    { cause: error },
  );
}

/** Numbers of advisory locks, each held to the end of a transaction. */
export const advisoryLocks = { migrate: 1, claim: 2, create: 3, housekeeping: 4 } as const;

/** False when another process's transaction has the lock: then it does what is to be done. */
export async function tryLockFor(transaction: Queryable, lock: keyof typeof advisoryLocks): Promise<boolean> {
  const number = namespace + advisoryLocks[lock];
  const [row] = await transaction.query<{ mine: boolean }>(
    `SELECT pg_try_advisory_xact_lock(${number}, 0) AS mine`,
  );
  return row?.mine === true;
}

/** Lets one transaction in at a time; with a key, one for each key. */
export async function lockFor(
  transaction: Queryable,
  lock: keyof typeof advisoryLocks,
  key = '',
): Promise<void> {
  await transaction.query(`SELECT pg_advisory_xact_lock(${namespace + advisoryLocks[lock]}, hashtext($1))`, [
    key,
  ]);
}

/** Keeps our locks apart from those of others on the same server: "aifx" in ASCII, less what the numbers need. */
const namespace = 0x61_69_66_00;
