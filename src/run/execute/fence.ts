// biome-ignore lint/suspicious/noExplicitAny: any method of a port
type Port = Record<string, (...args: any[]) => Promise<unknown>>;

/**
 * A port whose every call first makes sure that the run is still this worker's: one that comes back from a long pause
 * finds that another has it, and writes nothing.
 */
export function fence<Fenced extends object>(port: Fenced, check: () => Promise<void>): Fenced {
  const fenced = Object.entries(port as Port).map(([name, call]) => [
    name,
    async (...args: unknown[]) => {
      await check();
      return call(...args);
    },
  ]);
  return Object.fromEntries(fenced);
}
