import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite, type Transaction } from '@electric-sql/pglite';
import { messageOf, OperationalError } from '../../core/errors.ts';
import { type Database, unreadable } from './database.ts';
import { lockDirectory } from './lock.ts';

export interface EmbeddedDatabase extends Database {
  /** The instance itself, for pg-boss. */
  readonly pglite: PGlite;
}

/** Opens the embedded PostgreSQL of a directory, for this process alone. */
export async function openPglite(directory: string): Promise<EmbeddedDatabase> {
  await using opened = new AsyncDisposableStack();
  opened.use(await lockDirectory(directory));
  const pglite = await start(join(directory, 'postgres'));
  opened.defer(() => pglite.close());
  const held = opened.move();
  return {
    pglite,
    query: (sql, parameters) => inWords(queryWith(pglite, sql, parameters)),
    transaction: (work) =>
      inWords(
        pglite.transaction((transaction) =>
          work({ query: (sql, parameters) => queryWith(transaction, sql, parameters) }),
        ),
      ),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

async function inWords<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw unreadable(error);
  }
}

async function start(path: string): Promise<PGlite> {
  await mkdir(path, { recursive: true });
  try {
    return await PGlite.create(path);
  } catch (error) {
    throw new OperationalError(
      'database_unavailable',
      `The embedded database in ${path} does not start: ${messageOf(error)}\n` +
        'Look at free disk space and at the rights on the directory; restore it from a backup, or move it away to begin anew.',
      { cause: error },
    );
  }
}

async function queryWith<Row>(
  runner: PGlite | Transaction,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Row[]> {
  if (parameters.length > 0) return (await runner.query<Row>(sql, [...parameters])).rows;
  const results = await runner.exec(sql);
  return results.flatMap((result) => result.rows as Row[]);
}
