import type { Shell } from '../../core/command.ts';
import { cmakeRules } from '../c/remedies.ts';
import { mavenRules } from '../java/remedies.ts';
import { isNodeManager, nodeLastRules, nodeRules } from '../node/remedies.ts';
import { replaceUnfetchable } from '../node/replace-unfetchable.ts';
import { findPythonRemedy } from '../python/remedies.ts';
import { type Failure, firstThatApplies, type Remedy, type Rule } from './remedy.ts';

const rules: readonly Rule[] = [...nodeRules, ...mavenRules, ...cmakeRules];

const transient: Rule = {
  managers: ['npm', 'pnpm', 'yarn', 'berry', 'bun', 'pip', 'cmake'],
  said: /ETIMEDOUT|ECONNRESET|ESOCKETTIMEDOUT|socket hang up|EAI_AGAIN|Connection reset|Read timed out|operation timed out/i,
  next: (command) => (command.startsWith('sleep 5; ') ? null : `sleep 5; ${command}`),
  note: 'the network failed: trying again',
};

/** What to try after a failed installation command, or null when nothing is known. */
export async function findRemedy(shell: Shell, failure: Failure): Promise<Remedy | null> {
  const said = failure.said.replaceAll('npm ERR!', 'npm error'); // as npm before 10.6 wrote it
  const told = { ...failure, said };
  return (
    firstThatApplies(rules, told) ??
    (isNodeManager(told.manager) ? await replaceUnfetchable(shell, told) : null) ??
    firstThatApplies([transient, ...nodeLastRules], told) ??
    (told.manager === 'pip' ? findPythonRemedy(told) : null)
  );
}
