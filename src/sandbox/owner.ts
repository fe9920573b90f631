/**
 * Whose a container is: a start of a process on a data directory. Only one process at a time has a directory, so what
 * an earlier start of the same directory left belongs to nobody any more.
 */
export interface Owner {
  directory: string;
  start: string;
}

export function printOwner({ directory, start }: Owner): string {
  return `${directory}.${start}`;
}

/** Null for what is no owner's name. */
export function parseOwner(text: string | undefined): Owner | null {
  const [directory, start, ...more] = text?.split('.') ?? [];
  return directory && start && more.length === 0 ? { directory, start } : null;
}
