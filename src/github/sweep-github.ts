import type { Repository } from '../core/trigger.ts';
import { listInstallations } from './calls/installations.ts';
import { installationOf, lastLabelling, repositoryId, searchLabelled } from './calls/labelled-issues.ts';
import { askAgain, listAttempts } from './calls/webhook-deliveries.ts';
import type { GitHub } from './connection/client.ts';

/** GitHub, for those who look for missed webhooks: implements run's `SweepGitHub`. */
export function createSweepGitHub(github: GitHub, host: string) {
  const app = github.forApp();
  return {
    attempts: (since: Date) => listAttempts(app, since),
    askAgain: (attempt: number) => askAgain(app, attempt),
    installations: () => listInstallations(app),
    search: (installation: number, owner: string, since: Date) =>
      searchLabelled(github.forInstallation(installation), owner, since),
    async repository(installation: number, owner: string, name: string): Promise<Repository | null> {
      if ((await installationOf(app, owner, name)) !== installation) return null;
      const id = await repositoryId(github.forInstallation(installation), owner, name);
      return id === null ? null : { host, installation, id, owner, name };
    },
    lastLabelling: (repository: Repository, number: number) =>
      lastLabelling(github.forRepository(repository, 'read'), repository, number),
  };
}
