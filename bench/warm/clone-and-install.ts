import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { createSandboxes } from '../../src/adapters.ts';
import { detectEnvironments } from '../../src/environment/detect/detect.ts';
import { install } from '../../src/environment/prepare/install.ts';
import { commitFiles } from '../../src/workspace/commits.ts';
import { placeTip } from '../../src/workspace/history.ts';
import { openLocalRepository } from '../../src/workspace/local-repository.ts';
import { type Place, round } from './first-request.ts';

/** What it takes to begin without anything kept: a whole clone, here without a network, and the installation. */
export async function cloneAndInstall(
  { engine, config, repository: directory, scratch }: Place,
  revision: string,
) {
  const target = await mkdtemp(join(scratch, 'clone-'));
  let began = performance.now();
  await execa('git', ['clone', '--quiet', '--no-local', `file://${directory}`, target]);
  const clone = (performance.now() - began) / 1000;
  await rm(target, { recursive: true, force: true });
  await using repository = await openLocalRepository(directory, scratch);
  const commit = await repository.resolve(revision);
  const [plan] = await detectEnvironments(commitFiles(repository.git, commit), {});
  if (plan === undefined) throw new Error('no environment was found');
  const sandboxes = createSandboxes(engine, config, { run: 'bench-warm', keepAgent: false });
  await using sandbox = await sandboxes.openForInstall(null);
  await placeTip(sandbox, repository.git, commit);
  began = performance.now();
  const followed = { shell: sandbox, say() {}, signal: AbortSignal.timeout(1_800_000) };
  await install(followed, plan, { variables: sandboxes.installVariables });
  const installation = (performance.now() - began) / 1000;
  return { clone: round(clone), install: round(installation), together: round(clone + installation) };
}
