import { expect, it } from 'vitest';
import { removeSandboxes } from '../../src/sandbox/remove-sandboxes.ts';
import { testEngine, testSandbox } from '../support/sandbox.ts';

it('removes the sandboxes of the runs it is given, whatever goes on in them, and no other', async () => {
  const { docker } = await testEngine();
  const gone = `gone-${process.pid}`;
  await using _one = await testSandbox({ runId: gone });
  await using _two = await testSandbox({ runId: gone, purpose: 'verify' });
  await using stays = await testSandbox({ runId: `stays-${process.pid}` });
  await removeSandboxes(docker, [gone]);
  const left = await docker.listContainers({ all: true, filters: { label: [`ai-fix.run=${gone}`] } });
  expect(left).toEqual([]);
  expect((await docker.getContainer(stays.id).inspect()).State.Running).toBe(true);
});
