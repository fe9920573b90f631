import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { createOutbox } from './outbox.ts';
import { type Account, type App, type Permissions, timestamp, type World } from './state.ts';

export interface WorldOptions {
  directory: string;
  now: () => Date;
  tokenLifeMs: number;
  webhook: { url: string; secret: string } | undefined;
  permissions: Permissions | undefined;
  events: string[] | undefined;
}

const appId = 2_345_678;
const slug = 'ai-fix';
/** GitHub's ids have outgrown 32 bits; ours begin there, so that nothing that cuts them goes unseen. */
const firstId = 2 ** 32 + 1000;

const defaultPermissions: Permissions = {
  metadata: 'read',
  actions: 'read',
  statuses: 'read',
  contents: 'write',
  issues: 'write',
  pull_requests: 'write',
  checks: 'write',
};
const defaultEvents = [
  'check_run',
  'check_suite',
  'issue_comment',
  'issues',
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'push',
];

export async function createWorld(options: WorldOptions): Promise<World> {
  const { directory, now, tokenLifeMs } = options;
  let lastId = firstId;
  const madeAt = new Map<number, number>();
  const nextId = () => {
    lastId += 1;
    madeAt.set(lastId, now().getTime());
    return lastId;
  };
  const account = (login: string, type: Account['type']): Account => ({
    id: nextId(),
    login,
    type,
    createdAt: timestamp(now()),
  });
  const owner = account('ai-fix-maintainers', 'Organization');
  const bot = account(`${slug}[bot]`, 'Bot');
  const webhookSecret = options.webhook?.secret ?? randomBytes(20).toString('hex');
  const app: App = {
    id: appId,
    slug,
    clientId: 'Iv23liLocalGitHub00',
    ...(await keyPair()),
    webhookSecret,
    owner,
    bot,
    permissions: options.permissions ?? defaultPermissions,
    events: options.events ?? defaultEvents,
    createdAt: timestamp(now()),
  };
  return {
    url: '',
    directory,
    now,
    tokenLifeMs,
    app,
    accounts: new Map([owner, bot].map((one) => [one.login.toLowerCase(), one])),
    members: new Map(),
    repositories: new Map(),
    installations: new Map(),
    tokens: new Map(),
    outbox: createOutbox({ app: appId, now, nextId, webhook: options.webhook }),
    nextId,
    madeAt,
    moves: [],
    formerNames: new Map(),
  };
}

async function keyPair(): Promise<{ privateKey: string; publicKey: string }> {
  return promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
}
