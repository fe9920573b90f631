import type { Sandboxes } from '../sandboxes.ts';

/** Tells of each sandbox of a run that starts, or does not. */
export function watchSandboxes(
  sandboxes: Sandboxes,
  onStart: (purpose: string, isStarted: boolean) => void,
): Sandboxes {
  const watch = async <Started>(purpose: string, starting: Promise<Started>): Promise<Started> => {
    try {
      const started = await starting;
      onStart(purpose, true);
      return started;
    } catch (error) {
      onStart(purpose, false);
      throw error;
    }
  };
  return {
    ...sandboxes,
    startFrom: async (...about) => watchSandboxes(await sandboxes.startFrom(...about), onStart),
    open: (environment, purpose) => watch(purpose, sandboxes.open(environment, purpose)),
    openForSetup: (commands) => watch('setup', sandboxes.openForSetup(commands)),
    openForInstall: (setup) => watch('prepare', sandboxes.openForInstall(setup)),
  };
}
