import type Docker from 'dockerode';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { containerOptions, labels, type SandboxSpec } from '../../src/sandbox/container-options.ts';
import { printOwner } from '../../src/sandbox/owner.ts';
import { type Household, isDead, reap } from '../../src/sandbox/reaper.ts';
import { testEngine, testSandbox } from '../support/sandbox.ts';

const owner = { directory: `here${process.pid}`, start: 'now' };
const household: Household = { owner, isLive: (run) => run === 'live' };
const hour = 3_600_000;

let docker: Docker;
let spec: SandboxSpec;
beforeAll(async () => {
  const engine = await testEngine();
  docker = engine.docker;
  spec = {
    ...{ image: engine.image, limits: engine.limits, purpose: 'agent', network: 'none', env: {} },
    runId: 'live',
    lifetimeSeconds: 600,
    owner,
  };
});

const made: Docker.Container[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((container) => container.remove({ force: true }).catch(() => {})));
});

/** A sandbox's container that was never started, as one whose maker died at the wrong moment. */
async function left(changes: Partial<SandboxSpec>): Promise<Docker.Container> {
  const container = await docker.createContainer(
    containerOptions({ ...spec, ...changes }, new Date(), { sizeOption: false, ipv6: false }),
  );
  made.push(container);
  return container;
}

async function foreign(Labels: Record<string, string>): Promise<Docker.Container> {
  const container = await docker.createContainer({ Image: spec.image, Cmd: ['true'], Labels });
  made.push(container);
  return container;
}

const isThere = async (container: Docker.Container) =>
  container.inspect().then(
    () => true,
    () => false,
  );

describe('the reaper', () => {
  it('removes what an earlier process on the same data directory left, at once', async () => {
    const orphan = await left({ owner: { ...owner, start: 'before' } });
    await reap(docker, new Date(), household);
    expect(await isThere(orphan)).toBe(false);
  });

  it('removes what a run left that is not under way any more', async () => {
    const dead = await left({ runId: 'ended' });
    await reap(docker, new Date(), household);
    expect(await isThere(dead)).toBe(false);
  });

  it('leaves those of live runs, of other processes and of other people', async () => {
    const others = await Promise.all([
      left({}),
      left({ owner: { directory: 'elsewhere', start: 'before' } }),
      left({ runId: 'local', owner: undefined as never }),
      foreign({ 'someone.else': '1000', [labels.run]: 'ended' }),
      foreign({ [labels.owner]: printOwner({ ...owner, start: 'before' }) }),
    ]);
    await reap(docker, new Date(), household);
    expect(await Promise.all(others.map(isThere))).toEqual(others.map(() => true));
  });

  it('leaves a kept sandbox until its deadline, whoever made it', async () => {
    const kept = await left({ runId: 'ended', owner: { ...owner, start: 'before' }, keep: true });
    await reap(docker, new Date(), household);
    expect(await isThere(kept)).toBe(true);
    expect(isDead((await kept.inspect()).Config.Labels, new Date(Date.now() + hour), household)).toBe(true);
  });

  it('leaves what somebody starts from an image of ours, which was a sandbox once', async () => {
    await using sandbox = await testSandbox({ runId: 'ended', owner: { ...owner, start: 'before' } });
    const image = await sandbox.commit({ name: 'ai-fix-env', tag: `reaper-${process.pid}`, labels: {} });
    try {
      const look = await docker.createContainer({ Image: image, Cmd: ['true'] });
      made.push(look);
      const { Labels } = (await look.inspect()).Config;
      expect(isDead(Labels, new Date(Date.now() + 100 * hour), household)).toBe(false);
      await look.remove();
    } finally {
      await docker.getImage(image).remove({ force: true });
    }
  });

  it('removes what is past its deadline, also where there is no household', async () => {
    const expired = await foreign({ [labels.deadline]: '1000' });
    const inTime = await left({ owner: { ...owner, start: 'before' } });
    await reap(docker, new Date());
    expect([await isThere(expired), await isThere(inTime)]).toEqual([false, true]);
  });
});
