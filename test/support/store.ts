import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultRunLimits } from '../../src/core/limits.ts';
import type { RunRequest } from '../../src/core/run-record.ts';
import type { Repository, Trigger } from '../../src/core/trigger.ts';
import type { Delivery } from '../../src/store/deliveries/deliveries.ts';
import type { StorePlace } from '../../src/store/store.ts';
import { findPostgres, startPostgres } from './postgres.ts';

const programs = await findPostgres();
if (programs === null) {
  process.stderr.write('[skipped] no PostgreSQL server: install the package "postgresql" to test with one\n');
}

/** Both kinds of database; the server only where one is installed. */
export const places: { name: string; open: () => Promise<{ place: StorePlace } & AsyncDisposable> }[] = [
  { name: 'the embedded database', open: openDirectory },
  ...(programs === null ? [] : [{ name: 'a PostgreSQL server', open: () => openServer(programs) }]),
];

export async function openDirectory(): Promise<{ place: { directory: string } } & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-store-'));
  return {
    place: { directory },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

async function openServer(found: string): Promise<{ place: { databaseUrl: string } } & AsyncDisposable> {
  const server = await startPostgres(found);
  return {
    place: { databaseUrl: server.url },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

let lastId = 2 ** 33;

/** A repository that no other test has. Its ids do not fit into 32 bits, as GitHub's may not. */
export function newRepository(installation = ++lastId): Repository {
  return { host: 'github.com', installation, id: ++lastId, owner: 'ann', name: 'sums' };
}

const ann = { id: 1, login: 'ann', bot: false };

export function requestFor(repository: Repository, issue = 7, more: Partial<RunRequest> = {}): RunRequest {
  return {
    repository,
    issue: {
      number: issue,
      title: 'Wrong sum',
      text: 'total(1, 2) is 4',
      url: 'https://github.com/ann/sums',
    },
    comments: [],
    base: { branch: 'main', commit: 'a'.repeat(40) },
    pull: null,
    words: '',
    actor: ann,
    place: { kind: 'label' },
    leftOut: [],
    model: 'deepseek-v4-pro',
    limits: defaultRunLimits,
    ...more,
  };
}

export function deliveryOf(guid: string): Delivery {
  return { guid, event: 'issues', action: 'labeled', installation: 1, repository: 2 };
}

export function asked(repository: Repository, number = 7): Trigger {
  return {
    kind: 'asked',
    repository,
    subject: { kind: 'issue', number },
    command: { name: 'fix', words: '' },
    place: { kind: 'label' },
    actor: ann,
  };
}
