import { type Engine, openEngine } from '../../src/adapters.ts';
import { readConfig } from '../../src/config.ts';
import type { SandboxSpec } from '../../src/sandbox/container-options.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';

let engine: Promise<Engine> | undefined;

/** The Engine that the global set-up made ready. */
export function testEngine(): Promise<Engine> {
  engine ??= openEngine(readConfig(), () => {});
  return engine;
}

/** A sandbox as the agent has it, from the plain sandbox image. */
export async function testSandbox(changes: Partial<SandboxSpec> = {}): Promise<Sandbox> {
  const { docker, image, limits } = await testEngine();
  return openSandbox(docker, {
    image,
    runId: `test-${process.pid}`,
    purpose: 'agent',
    network: 'none',
    env: {},
    limits,
    lifetimeSeconds: 600,
    ...changes,
  });
}
