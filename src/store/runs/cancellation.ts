import type { Database } from '../database/database.ts';

export type OnCancel = (reason: string) => void;

/** Tells those who watch a run, once, that somebody asked to stop it. */
export interface Cancellations extends Disposable {
  watch(run: string, onCancel: OnCancel): Disposable;
  /** A request made in this process: no need to wait for the next look. */
  announce(run: string, reason: string): void;
}

/** Looks into the database when a watch begins and, when other processes may ask as well, every `seconds`. */
export function createCancellations(
  database: Database,
  seconds: number | null,
  onError: (error: Error) => void,
): Cancellations {
  const watchers = new Map<string, Set<OnCancel>>();

  const announce = (run: string, reason: string) => {
    const found = watchers.get(run) ?? [];
    watchers.delete(run);
    for (const onCancel of found) onCancel(reason);
  };
  const look = async () => {
    if (watchers.size === 0) return;
    const requested = await readRequests(database, [...watchers.keys()]);
    for (const { id, cancel_reason } of requested) announce(id, cancel_reason);
  };
  const lookSafely = () => void look().catch(onError);
  const timer = seconds === null ? undefined : setInterval(lookSafely, seconds * 1000).unref();

  return {
    announce,
    watch(run, onCancel) {
      watchers.set(run, (watchers.get(run) ?? new Set()).add(onCancel));
      lookSafely();
      return {
        [Symbol.dispose]() {
          watchers.get(run)?.delete(onCancel);
          if (watchers.get(run)?.size === 0) watchers.delete(run);
        },
      };
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      watchers.clear();
    },
  };
}

function readRequests(
  database: Database,
  runs: readonly string[],
): Promise<{ id: string; cancel_reason: string }[]> {
  return database.query(
    'SELECT id, cancel_reason FROM ai_fix.runs WHERE id = ANY ($1::text[]) AND cancel_reason IS NOT NULL',
    [runs],
  );
}
