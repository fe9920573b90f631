import type { Shell } from '../core/command.ts';
import { must } from '../core/must.ts';

const seconds = 60;

/** What a script prints, without the blank around it. Rejects with `sandbox_command_failed` where it fails. */
export async function printedBy(shell: Shell, script: string, what: string): Promise<string> {
  const { head } = await must(shell, { script, timeoutSeconds: seconds }, what);
  return head.toString('utf8').trim();
}
