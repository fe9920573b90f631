import type Docker from 'dockerode';
import { openEngine } from '../src/adapters.ts';
import { readConfig } from '../src/config.ts';
import { openSandbox } from '../src/sandbox/sandbox.ts';

const commands = 200;
const block = 50;

/**
 * Time per command through the runner, with its time limit, capture, and carried directory and variables, against one
 * `docker exec` per command in the same container. Taken in turns, so that both see the same machine, but in blocks: the
 * Engine is still tidying up after an exec when it has answered, and what comes next would pay for it.
 */
export async function benchExec(): Promise<object> {
  const { docker, image, limits } = await openEngine(readConfig(), (line) =>
    process.stderr.write(`${line}\n`),
  );
  await using sandbox = await openSandbox(docker, {
    image,
    runId: 'bench',
    purpose: 'agent',
    network: 'none',
    env: {},
    limits,
    lifetimeSeconds: 600,
  });
  const container = docker.getContainer(sandbox.id);
  const ours: number[] = [];
  const theirs: number[] = [];
  const command = 'export COUNT=$((COUNT + 1)); cd /tmp; echo "$COUNT"';
  const repeat = async (times: number[], work: () => Promise<unknown>) => {
    for (let index = 0; index < block; index++) times.push(await time(work));
  };
  while (ours.length < commands) {
    await repeat(ours, () => sandbox.run({ script: command, timeoutSeconds: 30, carry: true }));
    await repeat(theirs, () => dockerExec(container, command));
  }
  return {
    commands,
    ours_ms: summary(ours),
    theirs_ms: summary(theirs),
    ratio: round(median(ours) / median(theirs)),
  };
}

async function dockerExec(container: Docker.Container, command: string): Promise<void> {
  const exec = await container.exec({ Cmd: ['bash', '-c', command], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({ hijack: true });
  await new Promise<void>((resolve) => stream.on('end', () => resolve()).resume());
  await exec.inspect();
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function summary(times: readonly number[]) {
  const sorted = [...times].sort((a, b) => a - b);
  return { median: round(median(sorted)), p95: round(sorted[Math.floor(sorted.length * 0.95)] ?? 0) };
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
