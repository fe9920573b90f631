import { faultOf, hasFault } from './faults.ts';

/** Waits this many times the first wait of a repetition; rejects when the wait is broken off. */
type Pause = (times: number) => Promise<void>;

/** Remembers the writes that were begun, so that a process that takes over knows of those whose answer nobody saw. */
export interface WriteLog {
  /** Keeps that a write is sent now. Gives how many milliseconds ago it was before, null when it never was. */
  begin(key: string): Promise<number | null>;
  /** GitHub turned it down: nothing came of it. */
  forget(key: string): Promise<void>;
}

/** What writes need of a connection to GitHub. */
export interface Writer {
  pause: Pause;
  /** Milliseconds of a pause of 1. */
  beforeRepetition: number;
  writes: WriteLog;
}

export interface Write<T> {
  /** Names what is made, the same in every process: the repository, the kind and the marker. */
  key: string;
  /** Finds what an earlier call made, by marks that only ours has; null when it is not there. */
  find(): Promise<T | null>;
  make(): Promise<T>;
  /** Refusals that mean "not yet", such as of a branch that GitHub does not see right after it was made. */
  notYet?(error: unknown): boolean;
}

const makes = 3;

/** Lists of GitHub lag ten seconds and more: at its pace they are looked at for twenty. */
const waits = [1, 2, 4, 6, 8];
const patience = waits.reduce((sum, wait) => sum + wait, 0);

/**
 * The one way to create something on GitHub: looks for it, makes it, and after an answer that was lost looks again
 * before making it again, for as long as lists may lag. That it is made is kept before, so a process that was killed
 * in between is one more lost answer for the next. "It exists already" is looked for too; when it is not ours,
 * GitHub's refusal is thrown.
 */
export async function once<T>(writer: Writer, { key, find, make, notYet }: Write<T>): Promise<T> {
  const { pause, writes } = writer;
  const found = (await find()) ?? (await findBegun(writer, key, find));
  if (found !== null) return found;
  let lost = 0;
  let unseen = 0;
  for (;;) {
    try {
      return await make();
    } catch (error) {
      const wait = notYet?.(error) === true ? waits[unseen++] : undefined;
      if (wait !== undefined) {
        await pause(wait);
        continue;
      }
      const existed = alreadyExists(error);
      if (!existed && !isUnknown(error)) {
        // when it cannot be forgotten, the next one only looks longer than it had to
        if (faultOf(error) !== null) await writes.forget(key).catch(() => {});
        throw error;
      }
      const late = await look(writer, find);
      if (late !== null) return late;
      if (existed || ++lost === makes) throw error;
      await writes.begin(key);
    }
  }
}

/** What an earlier process may have made: looked for until lists must show what was sent then. */
async function findBegun<T>(writer: Writer, key: string, find: () => Promise<T | null>): Promise<T | null> {
  const age = await writer.writes.begin(key);
  if (age === null) return null;
  const found = await look(writer, find, patience - Math.max(0, age) / writer.beforeRepetition);
  if (found === null) await writer.writes.begin(key);
  return found;
}

/** Looks again and again for what GitHub has and may not show yet; null when it does not come. */
export async function look<T>(
  { pause }: Pick<Writer, 'pause'>,
  find: () => Promise<T | null>,
  longest = patience,
): Promise<T | null> {
  let left = longest;
  for (const wait of waits) {
    if (left <= 0) break;
    await pause(Math.min(wait, left));
    left -= wait;
    const found = await find();
    if (found !== null) return found;
  }
  return null;
}

/** For writes that have the same effect however often they are made: repeats them while their answer is lost. */
export async function repeat<T>({ pause }: Pick<Writer, 'pause'>, make: () => Promise<T>): Promise<T> {
  for (let made = 1; ; made++) {
    try {
      return await make();
    } catch (error) {
      if (!isUnknown(error) || made === makes) throw error;
      await pause(made ** 2);
    }
  }
}

function isUnknown(error: unknown): boolean {
  return hasFault(error, 'server');
}

function alreadyExists(error: unknown): boolean {
  const fault = faultOf(error);
  if (fault?.kind !== 'validation') return false;
  return (
    fault.about.some((about) => about.endsWith(':already_exists')) ||
    fault.messages.some((message) => /already exists/i.test(message))
  );
}
