import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { createApi } from './api.ts';
import { createExclusive } from './exclusive.ts';
import { createFaults, type InjectedFault } from './faults.ts';
import { byName } from './former-names.ts';
import type { RecordedRequest } from './journal.ts';
import { createLag } from './lag.ts';
import type { Delivery } from './outbox.ts';
import { createSeeding, type Seeding } from './seeding.ts';
import type { Permissions } from './state.ts';
import { createWorld } from './world.ts';

export interface LocalGitHubOptions {
  port?: number;
  now?: () => Date;
  /** How long installation tokens live; an hour unless told. */
  tokenLifeMs?: number;
  webhook?: { url: string; secret: string };
  /** What the App asks for; ai-fix's own unless told. */
  permissions?: Permissions;
  events?: string[];
}

/** A GitHub of our own on this machine: REST, webhooks and git over HTTP, with real repositories on disk. */
export interface LocalGitHub extends AsyncDisposable, Seeding {
  /** REST. An Enterprise Server's `/api/v3` works as well. */
  apiUrl: string;
  /** Pages, and git at `/:owner/:name.git`. */
  serverUrl: string;
  app: { id: number; slug: string; privateKey: string; webhookSecret: string };
  /** Every request that came in, in order. */
  requests: RecordedRequest[];
  /** Every webhook that went out, in order. */
  deliveries: Delivery[];
  setWebhook(url: string, secret?: string): void;
  /** Sends a delivery of the journal again. */
  redeliver(id: number): void;
  /** Webhooks for which this says true get lost on their way. */
  loseDeliveries(lost: (delivery: Delivery) => boolean): void;
  /** Resolves when every webhook was answered. */
  settled(): Promise<void>;
  /** Gives what takes it back. */
  inject(fault: InjectedFault): () => void;
  /** What the App reads at such paths is as old as that. Gives what takes it back. */
  lag(path: RegExp, milliseconds: number): () => void;
  /** Makes all installation tokens that were given out too old. */
  expireTokens(): void;
  /** Every installation token that was given out and not taken back. */
  installationTokens(): string[];
}

const hourMs = 3_600_000;

export async function startLocalGitHub(options: LocalGitHubOptions = {}): Promise<LocalGitHub> {
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-local-github-'));
  const world = await createWorld({
    directory,
    now: options.now ?? (() => new Date()),
    tokenLifeMs: options.tokenLifeMs ?? hourMs,
    webhook: options.webhook,
    permissions: options.permissions,
    events: options.events,
  });
  const requests: RecordedRequest[] = [];
  const faults = createFaults();
  const { lag, middleware } = createLag(world);
  const api = createApi(world, requests, faults, createExclusive(), middleware);
  const server = createAdaptorServer({ fetch: (request, env) => api.fetch(byName(world, request), env) });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { outbox, app } = world;

  return {
    ...createSeeding(world),
    apiUrl: world.url,
    serverUrl: world.url,
    app: {
      id: app.id,
      slug: app.slug,
      privateKey: app.privateKey,
      webhookSecret: app.webhookSecret,
    },
    requests,
    deliveries: outbox.deliveries,
    setWebhook: (url, secret = app.webhookSecret) => outbox.setWebhook(url, secret),
    redeliver(id) {
      const delivery = outbox.deliveries.find((one) => one.id === id);
      if (delivery === undefined) throw new Error(`this GitHub has no delivery ${id}`);
      outbox.redeliver(delivery);
    },
    loseDeliveries: outbox.lose,
    settled: outbox.settled,
    inject: faults.inject,
    lag,
    expireTokens() {
      for (const token of world.tokens.values()) if (token.kind === 'installation') token.expiresAt = 0;
    },
    installationTokens: () =>
      [...world.tokens].filter(([, { kind }]) => kind === 'installation').map(([secret]) => secret),
    async [Symbol.asyncDispose]() {
      outbox.stop();
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await once(server, 'close').catch(() => {});
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
