import { faultOf, hasFault } from './faults.ts';

/** Waits before look number 1, 2, ... after an answer that was lost; rejects when the wait is broken off. */
export type Pause = (attempt: number) => Promise<void>;

export interface Write<T> {
  /** Finds what an earlier call made, by marks that only ours has; null when it is not there. */
  find(): Promise<T | null>;
  make(): Promise<T>;
  /** Errors that mean "not yet", such as a branch that GitHub does not see right after it was made. */
  notYet?(error: unknown): boolean;
}

const makes = 3;
const looks = 2;

/**
 * The one way to create something on GitHub: looks for it, makes it, and after an answer that was lost looks again
 * (twice, because lists lag) before making it again. So one call, or several by a process that was restarted, have
 * one effect. "It exists already" is looked for too; when it is not ours, GitHub's refusal is thrown.
 */
export async function once<T>({ pause }: { pause: Pause }, write: Write<T>): Promise<T> {
  const found = await write.find();
  if (found !== null) return found;
  for (let made = 1; ; made++) {
    try {
      return await write.make();
    } catch (error) {
      const existed = alreadyExists(error);
      const again = existed || isUnknown(error) || write.notYet?.(error) === true;
      if (!again) throw error;
      const late = await lookAgain(pause, write.find);
      if (late !== null) return late;
      if (existed || made === makes) throw error;
    }
  }
}

async function lookAgain<T>(pause: Pause, find: () => Promise<T | null>): Promise<T | null> {
  for (let look = 1; look <= looks; look++) {
    await pause(look);
    const found = await find();
    if (found !== null) return found;
  }
  return null;
}

/** For writes that have the same effect however often they are made: repeats them while their answer is lost. */
export async function repeat<T>({ pause }: { pause: Pause }, make: () => Promise<T>): Promise<T> {
  for (let made = 1; ; made++) {
    try {
      return await make();
    } catch (error) {
      if (!isUnknown(error) || made === makes) throw error;
      await pause(made);
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
