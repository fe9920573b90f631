import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Sendable {
  guid: string;
  event: string;
  payload: object;
}

export interface Answered {
  status: number;
  milliseconds: number;
}

/** Sends signed webhooks at a steady rate, without waiting for the answers before the next one. */
export async function sendDeliveries(
  url: string,
  secret: string,
  deliveries: readonly Sendable[],
  perSecond: number,
): Promise<Answered[]> {
  const started = performance.now();
  return Promise.all(
    deliveries.map(async (delivery, index) => {
      await sleep(Math.max(0, started + (index * 1000) / perSecond - performance.now()));
      return send(url, secret, delivery);
    }),
  );
}

async function send(url: string, secret: string, { guid, event, payload }: Sendable): Promise<Answered> {
  const body = JSON.stringify(payload);
  const started = performance.now();
  const answer = await fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-delivery': guid,
      'x-github-event': event,
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
  });
  await answer.text();
  return { status: answer.status, milliseconds: performance.now() - started };
}
