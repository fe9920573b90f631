import { setTimeout as wait } from 'node:timers/promises';
import { reap } from '../sandbox/reaper.ts';
import { removeLeftovers } from '../workspace/scratch.ts';
import { evictUnused, removeUnknown } from './caches.ts';
import type { DataDirectory } from './data-directory.ts';
import { listKeptDirectories } from './kept-files.ts';
import { removeLocalLeftovers } from './local-leftovers.ts';
import type { Housekeeping } from './ports.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/**
 * Removes what nobody needs any more, at once and then each minute or each hour: sandboxes of dead runs, data of
 * installations that are gone, what is too old or too much. Disposing of it waits for what it is at.
 */
export function startHousekeeping(housekeeping: Housekeeping): AsyncDisposable {
  const stopping = new AbortController();
  const done = goRound(housekeeping, stopping.signal);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await done;
    },
  };
}

async function goRound(housekeeping: Housekeeping, stopping: AbortSignal): Promise<void> {
  for (let minute = 0; !stopping.aborted; minute++) {
    for (const chore of minute % 60 === 0 ? [...eachMinute, ...eachHour] : eachMinute) {
      if (stopping.aborted) return;
      await chore(housekeeping).catch(housekeeping.onError);
    }
    await wait(minuteMs, undefined, { signal: stopping, ref: false }).catch(() => undefined);
  }
}

type Chore = (housekeeping: Housekeeping) => Promise<void>;

const eachMinute: Chore[] = [
  async ({ engine, data, live, log }) => {
    if (engine === null) return;
    const sandboxes = await reap(engine.docker, new Date(), { owner: data.owner, isLive: live.has });
    if (sandboxes > 0) log.info({ sandboxes }, 'removed sandboxes of dead runs');
  },
  async ({ store, log }) => {
    const rows = await store.forgetRemoved();
    if (rows > 0) log.info({ rows }, 'forgot what was uninstalled');
  },
];

const eachHour: Chore[] = [
  async ({ store, retentionDays, log }) => {
    const rows = await store.deleteOld(retentionDays);
    if (rows > 0) log.info({ rows }, 'deleted old data');
  },
  ({ data }) => removeMirrorLeftovers(data, new Date(Date.now() - hourMs)),
  ({ data }) => removeLocalLeftovers(data.path, new Date()),
  (housekeeping) => removeUnknown(housekeeping, new Date()),
  (housekeeping) => evictUnused(housekeeping, new Date()),
];

/** Clears mirrors of what git was writing when it was killed. Nothing may have been at work in them since `before`. */
export async function removeMirrorLeftovers({ path }: DataDirectory, before: Date): Promise<void> {
  for (const kept of await listKeptDirectories(path)) await removeLeftovers(kept.path, before);
}
