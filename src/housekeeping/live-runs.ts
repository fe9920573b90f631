/** The runs that are under way in this process, and their repositories: what is theirs is left alone. */
export interface LiveRuns {
  enter(run: string, repository: string): Disposable;
  has(run: string): boolean;
  uses(repository: string): boolean;
  runs(): string[];
}

export function createLiveRuns(): LiveRuns {
  // a run may be here twice for a moment, when it is given back to the process that lost it
  const entered = new Set<{ run: string; repository: string }>();
  const some = (matches: (one: { run: string; repository: string }) => boolean) => [...entered].some(matches);
  return {
    enter(run, repository) {
      const entry = { run, repository };
      entered.add(entry);
      return { [Symbol.dispose]: () => void entered.delete(entry) };
    },
    has: (run) => some((entry) => entry.run === run),
    runs: () => [...entered].map(({ run }) => run),
    uses: (repository) => some((entry) => entry.repository === repository),
  };
}
