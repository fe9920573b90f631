import { createHmac, randomUUID } from 'node:crypto';

export interface Delivery {
  id: number;
  guid: string;
  event: string;
  action: string | null;
  installation: number | null;
  repository: number | null;
  deliveredAt: string;
  /** Seconds. */
  duration: number;
  status: string;
  /** 0 while it is under way. */
  statusCode: number;
  redelivery: boolean;
  url: string;
  headers: Record<string, string>;
  body: string;
  response: { headers: Record<string, string>; body: string };
}

interface Message {
  event: string;
  installation: number | null;
  repository: number | null;
  payload: object;
}

export interface Outbox {
  deliveries: Delivery[];
  send(message: Message): void;
  /** Sends a delivery again, with the same id in its header. */
  redeliver(delivery: Delivery): Delivery;
  setWebhook(url: string, secret: string): void;
  webhook(): { url: string; secret: string } | null;
  /** Deliveries for which this says true get lost on their way. */
  lose(lost: (delivery: Delivery) => boolean): void;
  settled(): Promise<void>;
  stop(): void;
}

interface OutboxOptions {
  app: number;
  now: () => Date;
  nextId: () => number;
  webhook: { url: string; secret: string } | undefined;
}

const answerTimeoutMs = 10_000;

/** Delivers webhooks one after the other, in the order in which things happened. */
export function createOutbox({ app, now, nextId, ...options }: OutboxOptions): Outbox {
  const deliveries: Delivery[] = [];
  const hook = nextId();
  const stopped = new AbortController();
  let webhook = options.webhook ?? null;
  let isLost: (delivery: Delivery) => boolean = () => false;
  let tail = Promise.resolve();

  return {
    deliveries,
    send({ event, installation, repository, payload }) {
      if (webhook === null) return;
      const body = JSON.stringify(payload);
      const guid = randomUUID();
      enqueue({
        guid,
        event,
        action: 'action' in payload ? String(payload.action) : null,
        installation,
        repository,
        redelivery: false,
        url: webhook.url,
        headers: headersOf(event, guid, body, webhook.secret),
        body,
      });
    },
    // to where the App's webhooks go now
    redeliver: (delivery) => enqueue({ ...delivery, url: webhook?.url ?? delivery.url, redelivery: true }),
    setWebhook: (url, secret) => {
      webhook = { url, secret };
    },
    webhook: () => webhook,
    lose: (lost) => {
      isLost = lost;
    },
    async settled() {
      for (let seen: Promise<void> | null = null; seen !== tail; ) {
        seen = tail;
        await seen;
      }
    },
    stop: () => stopped.abort(),
  };

  function enqueue(
    start: Omit<Delivery, 'id' | 'deliveredAt' | 'duration' | 'status' | 'statusCode' | 'response'>,
  ): Delivery {
    const delivery: Delivery = {
      ...start,
      id: nextId(),
      deliveredAt: now().toISOString(),
      duration: 0,
      status: 'PENDING',
      statusCode: 0,
      response: { headers: {}, body: '' },
    };
    deliveries.push(delivery);
    tail = tail.then(() => deliver(delivery));
    return delivery;
  }

  async function deliver(delivery: Delivery): Promise<void> {
    if (stopped.signal.aborted) return;
    const started = performance.now();
    try {
      if (isLost(delivery)) throw new Error('lost');
      const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(answerTimeoutMs)]);
      const { url, headers, body } = delivery;
      const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
      delivery.response = { headers: Object.fromEntries(answer.headers), body: await answer.text() };
      delivery.statusCode = answer.status;
      delivery.status = answer.ok ? 'OK' : `Invalid HTTP Response: ${answer.status}`;
    } catch (error) {
      const late = error instanceof Error && error.name === 'TimeoutError';
      delivery.statusCode = late ? 504 : 502;
      delivery.status = late ? 'timed out' : 'failed to connect to host';
    }
    delivery.duration = (performance.now() - started) / 1000;
  }

  function headersOf(event: string, guid: string, body: string, secret: string): Record<string, string> {
    const signature = (algorithm: string) =>
      `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`;
    return {
      accept: '*/*',
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/10ca1e0',
      'x-github-delivery': guid,
      'x-github-event': event,
      'x-github-hook-id': String(hook),
      'x-github-hook-installation-target-id': String(app),
      'x-github-hook-installation-target-type': 'integration',
      'x-hub-signature': signature('sha1'),
      'x-hub-signature-256': signature('sha256'),
    };
  }
}
