import pg from 'pg';
import { messageOf, OperationalError } from '../../core/errors.ts';
import { type Database, unreadable } from './database.ts';

/** None of our queries takes this long: a host that vanished says nothing, and TCP waits for it for 15 minutes. */
const longestQueryMs = 120_000;

/**
 * Connects to a PostgreSQL server. `onError` hears of connections that broke while nobody used them. A query that gets
 * no answer in `queryMs` rejects with `database_unavailable`, as one whose connection was lost.
 */
export async function openPg(
  databaseUrl: string,
  onError: (error: Error) => void,
  queryMs = longestQueryMs,
): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 10,
    connectionTimeoutMillis: 10_000,
    query_timeout: queryMs,
    keepAlive: true,
  });
  pool.on('error', onError);
  await connectOnce(pool, databaseUrl);
  return {
    query: (sql, parameters) => inWords(() => queryWith(pool, sql, parameters), databaseUrl),
    transaction: (work) =>
      inWords(
        () => inTransaction(pool, (client) => work({ query: (...q) => queryWith(client, ...q) })),
        databaseUrl,
      ),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

async function connectOnce(pool: pg.Pool, databaseUrl: string): Promise<void> {
  try {
    await pool.query('SELECT 1');
  } catch (error) {
    await pool.end();
    throw unavailable(databaseUrl, error);
  }
}

/** A server that is gone, restarting, or not reached is told from a query that it refuses, and from rows that it cannot read. */
async function inWords<Result>(work: () => Promise<Result>, databaseUrl: string): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw isConnectionLost(error) ? unavailable(databaseUrl, error) : unreadable(error);
  }
}

/** Classes 08 (connection) and 57P (the server stops or starts) of PostgreSQL, Node's own, and pg's without a code. */
function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/^(08...|57P0[1-4]|53300)$/.test(code)) return true;
  if (/^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)/.test(code)) return true;
  return (
    code === '' &&
    /connection (terminated|ended|timeout)|timeout exceeded|query read timeout|not queryable/i.test(
      error.message,
    )
  );
}

function unavailable(databaseUrl: string, error: unknown): OperationalError {
  return new OperationalError(
    'database_unavailable',
    `No connection to the database at ${placeOf(databaseUrl)}: ${messageOf(error)}\n` +
      'Look at DATABASE_URL and whether the server is up; without DATABASE_URL the embedded database is used.',
    { cause: error },
  );
}

/** Host and database of an address, without the password. */
function placeOf(databaseUrl: string): string {
  const url = URL.parse(databaseUrl);
  return url === null ? 'DATABASE_URL' : `${url.host}${url.pathname}`;
}

async function inTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // a connection that breaks in the middle says so here as well; without a listener that ends the process
  const onBroken = (error: Error) => {
    broken = error;
  };
  client.on('error', onBroken);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failed: Error) => {
      broken = failed;
    });
    throw error;
  } finally {
    client.off('error', onBroken);
    client.release(broken);
  }
}

async function queryWith<Row>(
  runner: pg.Pool | pg.PoolClient,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Row[]> {
  if (parameters.length > 0) return (await runner.query(sql, [...parameters])).rows;
  // several statements give several results, which the types of pg do not tell
  const results: pg.QueryResult | pg.QueryResult[] = await runner.query(sql);
  return [results].flat().flatMap((result) => result.rows);
}
