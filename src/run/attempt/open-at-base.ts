import { advance } from '../../workspace/history.ts';
import type { RunSandbox } from '../sandboxes.ts';
import type { TestGround } from '../test-bench.ts';

/** A new sandbox for the agent that holds the base commit. */
export async function openAtBase({ sandboxes, environment, base }: TestGround): Promise<RunSandbox> {
  await using opened = new AsyncDisposableStack();
  const sandbox = opened.use(await sandboxes.open(environment, 'agent'));
  await advance(sandbox, base.git, environment.base, base.commit);
  opened.move();
  return sandbox;
}
