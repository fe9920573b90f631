/** Runs tasks with the same key one after the other. */
export type Exclusive = <Result>(key: string | number, task: () => Promise<Result>) => Promise<Result>;

export function createExclusive(): Exclusive {
  const tails = new Map<string | number, Promise<unknown>>();
  return (key, task) => {
    const result = (tails.get(key) ?? Promise.resolve()).then(task);
    tails.set(
      key,
      result.catch(() => {}),
    );
    return result;
  };
}
