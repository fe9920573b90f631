import type { Passing, Moment as Under } from './gateway.ts';
import type { StoreMoment } from './messages.ts';

/** Something that can be broken off: a write of the store, a write to GitHub, a request to the model. */
export interface Point {
  place: 'store' | 'github' | 'model';
  call: string;
  /** Which of that name in its case: 1, 2, ... */
  number: number;
  when: StoreMoment['when'] | Under;
  /** More for people, such as an event's type. */
  about: string;
}

/** A point that was passed, in milliseconds of `performance.now`. */
export interface Passed extends Point {
  at: number;
}

const whens: Record<Point['place'], readonly Point['when'][]> = {
  store: ['before', 'after'],
  github: ['arrived', 'applied'],
  model: ['arrived', 'middle', 'sent'],
};

/** Webhooks that ask for something; most others only tell the App of what it did itself. */
const orders = ['issues labeled', 'pull_request_review submitted'];

/** Where a kill may tell something; an answer of GitHub that is under way is as good as one that was lost. */
export function isPoint({ place, call, when, about }: Point): boolean {
  if (call === 'acceptDelivery' && !orders.includes(about)) return false;
  return whens[place].includes(when);
}

export function isSame(one: Point, other: Point): boolean {
  return (
    one.place === other.place &&
    one.call === other.call &&
    one.number === other.number &&
    one.when === other.when
  );
}

const words: Partial<Record<`${Point['place']} ${Point['when']}`, string>> = {
  'github arrived': 'before GitHub did',
  'github applied': 'before the answer to',
  'model arrived': 'before the answer to',
  'model middle': 'amid the answer to',
  'model sent': 'after the answer to',
};

/** `after appendEvents 12 (message of assistant)`. */
export function printPoint({ place, call, number, when, about }: Point): string {
  const what = `${words[`${place} ${when}`] ?? when} ${call} ${number}`;
  return about === '' ? what : `${what} (${about})`;
}

const storeWords: Record<string, string> = {
  appendEvents: 'an event was stored',
  acceptDelivery: 'a webhook was stored',
};

/** What a table puts together. */
export function kindOf({ place, call, when }: Point): string {
  if (place === 'store') return `${when} ${storeWords[call] ?? 'another write of the store'}`;
  return `${words[`${place} ${when}`]} ${place === 'github' ? 'a write to GitHub' : 'a request to the model'}`;
}

/** What a write to GitHub does, without the names in it: `POST issues/N/comments`. Null for what changes nothing. */
export function writeOf({ method, url }: Passing): string | null {
  const [path = ''] = url.split('?');
  if (method === 'GET' || method === 'HEAD') return null;
  if (path.endsWith('/access_tokens') || path.endsWith('/git-upload-pack')) return null;
  const short = decodeURIComponent(path)
    .replace(/^\/repos\/[^/]+\/[^/]+\//, '')
    .replace(/refs\/heads\/.*/, 'refs/heads/B')
    .replace(/[0-9a-f]{40}/g, 'SHA')
    .replace(/\d+/g, 'N');
  return `${method} ${short}`;
}
