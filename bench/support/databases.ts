import pg from 'pg';
import { findPostgres, startPostgres, type TestPostgres } from '../../test/support/postgres.ts';

export interface Databases extends AsyncDisposable {
  server: TestPostgres;
  /** The address of a new, empty database. */
  create(name: string): Promise<string>;
}

/** A PostgreSQL server of the benchmark's own. */
export async function startDatabases(): Promise<Databases> {
  const programs = await findPostgres();
  if (programs === null) throw new Error('this benchmark needs PostgreSQL: `apt-get install postgresql`');
  const server = await startPostgres(programs);
  return {
    server,
    async create(name) {
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      await client.query(`CREATE DATABASE ${name}`);
      await client.end();
      return Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
