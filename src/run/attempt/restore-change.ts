import { outputText, succeeded } from '../../core/command.ts';
import { OperationalError } from '../../core/errors.ts';
import type { Verification } from '../../core/verification.ts';
import type { Proof } from '../../verify/prove.ts';
import type { TestGround } from '../test-bench.ts';
import { type CollectedChange, collectChange } from './collect-change.ts';
import { openAtBase } from './open-at-base.ts';

const seconds = 120;

/** A change out of the log, whose sandbox is gone: its patch in a new one. Rejects where that makes another tree than it did. */
export async function restoreChange(
  { patch, tree }: { patch: string; tree: string },
  ground: TestGround,
  protectedPaths: readonly string[],
): Promise<CollectedChange> {
  await using sandbox = await openAtBase(ground);
  const script = 'git apply --binary --whitespace=nowarn -';
  const applied = await sandbox.run({ script, input: Buffer.from(patch), timeoutSeconds: seconds });
  const change = await collectChange(sandbox, ground.environment, ground.base, protectedPaths);
  if (succeeded(applied) && change?.tree === tree) return change;
  const why = outputText(applied).trim().slice(0, 2000) || `it is ${change?.tree}, expected ${tree}`;
  throw new OperationalError(
    'sandbox_command_failed',
    `A change from before could not be made again: ${why}`,
  );
}

/** A proof out of the log, which keeps its verdict alone. */
export function restoreProof(verification: Verification): Proof {
  return { verification, failures: [], output: null, lacksTest: false };
}
