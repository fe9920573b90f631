import type { Shell } from '../../core/command.ts';
import { quoteWord } from '../../text/quote-word.ts';
import type { Failure, Remedy } from '../prepare/remedy.ts';
import { printedBy } from '../printed-by.ts';
import { loosened, npmWithoutLock } from './loosened.ts';
import { ownNode } from './own-node.ts';
import type { Unfetchable } from './unfetchable.ts';

/**
 * Edits the manifests so that the dependency is no longer asked for: removed where a manifest of the repository
 * names it, else replaced by an empty package (or, where the lock file tells its published name, by that).
 * Null when it has been left out before.
 */
export async function leaveOut(
  shell: Shell,
  { name, why }: Unfetchable,
  { manager, command }: Pick<Failure, 'manager' | 'command'>,
): Promise<Remedy | null> {
  const script = `${ownNode} /opt/ai-fix/tools/leave-out-dependency.cjs ${quoteWord(name)} ${manager}`;
  const how = await printedBy(shell, script, `${name} could not be left out`);
  if (how === '') return withoutNpmLock(shell, name, command);
  return {
    command: loosened(command, how === 'left out'),
    note: `${name} cannot be fetched (${why}): ${how}`,
    leftOut: { name, why: `${why}; ${how}` },
  };
}

/** For what package-lock.json still holds when no manifest asks for it. */
async function withoutNpmLock(shell: Shell, name: string, command: string): Promise<Remedy | null> {
  const next = command.replace(/\bnpm install(?! --(?:no-package-lock|global))\b/, npmWithoutLock);
  if (next === command) return null;
  const { exitCode } = await shell.run({ script: '[ -f package-lock.json ]', timeoutSeconds: 60 });
  if (exitCode !== 0) return null;
  return { command: next, note: `package-lock.json still asks for ${name}: installing without it` };
}
