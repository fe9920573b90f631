import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import type { Command, CommandResult, Shell } from '../core/command.ts';
import { messageOf, OperationalError } from '../core/errors.ts';
import { containerOptions, type EngineAbilities, labels, type SandboxSpec } from './container-options.ts';
import { watchDisk } from './disk-watchdog.ts';
import { engineError, fromEngine, statusOf } from './engine-error.ts';
import { RunnerClient } from './runner-client.ts';
import { hasSizeOption } from './size-option.ts';

/** One container, from its start to its removal. Leaving an `await using` block removes it and all that ran in it. */
export interface Sandbox extends Shell, AsyncDisposable {
  readonly id: string;
  /** Kills everything in it, the command under way included. Commands can go on. */
  killEverything(): void;
  /** Keeps the file system as an image, /tmp left out. The sandbox can go on. */
  commit(image: { name: string; tag: string; labels: Record<string, string> }): Promise<string>;
}

/** Starts a sandbox and waits for its runner. Rejects with `image_unavailable`, `engine_unavailable` or `sandbox_died`. */
export async function openSandbox(docker: Docker, spec: SandboxSpec): Promise<Sandbox> {
  const sizeOption = await hasSizeOption(docker, spec.image);
  if (enginesWithoutIpv6.has(docker)) return start(docker, spec, { sizeOption, ipv6: false });
  try {
    return await start(docker, spec, { sizeOption, ipv6: true });
  } catch (error) {
    if (!/\bipv6\b/.test(messageOf(error))) throw error;
    enginesWithoutIpv6.add(docker);
    return start(docker, spec, { sizeOption, ipv6: false });
  }
}

/** No call tells that a kernel has no IPv6; the Engine says so when a container is started. */
const enginesWithoutIpv6 = new WeakSet<Docker>();

async function start(docker: Docker, spec: SandboxSpec, engine: EngineAbilities): Promise<Sandbox> {
  const container = await create(docker, containerOptions(spec, new Date(), engine));
  try {
    const channel = await container.attach({
      stream: true,
      hijack: true,
      stdin: true,
      stdout: true,
      stderr: true,
    });
    const exit = exitOf(container);
    const output = new PassThrough();
    const complaints = new PassThrough();
    container.modem.demuxStream(channel, output, complaints);
    const client = new RunnerClient(channel as PassThrough, output, () => exit);
    await container.start();
    await Promise.race([client.ready(), exit.then((why) => Promise.reject(died(why)))]);
    return new RunningSandbox(
      container,
      client,
      engine.sizeOption ? null : spec.limits.disk,
      spec.keep === true,
    );
  } catch (error) {
    await remove(container);
    throw engineError(error);
  }
}

class RunningSandbox implements Sandbox {
  readonly id: string;
  readonly #container: Docker.Container;
  readonly #client: RunnerClient;
  readonly #watchedDisk: number | null;
  readonly #keep: boolean;

  constructor(container: Docker.Container, client: RunnerClient, watchedDisk: number | null, keep: boolean) {
    this.id = container.id;
    this.#container = container;
    this.#client = client;
    this.#watchedDisk = watchedDisk;
    this.#keep = keep;
  }

  async run(command: Command, signal?: AbortSignal): Promise<CommandResult> {
    if (this.#watchedDisk === null) return this.#client.run(command, signal);
    const watch = watchDisk(this.#container, this.#watchedDisk, () => this.#client.killEverything());
    try {
      const result = await this.#client.run(command, signal);
      return watch.exceeded ? { ...result, killed: false, diskFull: true } : result;
    } finally {
      watch.stop();
    }
  }

  killEverything(): void {
    this.#client.killEverything();
  }

  async commit(image: { name: string; tag: string; labels: Record<string, string> }): Promise<string> {
    // an image takes over the labels of its container, and gives them to whatever is started from it
    const cleared = Object.fromEntries(Object.values(labels).map((name) => [name, '']));
    const changes = Object.entries({ ...cleared, ...image.labels }).map(
      ([name, value]) => `LABEL ${name}=${JSON.stringify(value)}`,
    );
    const committing = this.#container.commit({
      repo: image.name,
      tag: image.tag,
      pause: true,
      changes: changes.join('\n'),
    });
    const { Id } = await fromEngine(committing);
    return Id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#keep) await remove(this.#container);
  }
}

async function create(docker: Docker, options: Docker.ContainerCreateOptions): Promise<Docker.Container> {
  try {
    return await docker.createContainer(options);
  } catch (error) {
    if (statusOf(error) !== 404) throw engineError(error);
    throw new OperationalError(
      'image_unavailable',
      `The sandbox image ${options.Image} is not there; run the command again to have it built.`,
      { cause: error },
    );
  }
}

/** Resolves with the reason once the container has ended. */
async function exitOf(container: Docker.Container): Promise<string> {
  try {
    const { StatusCode } = await container.wait({ condition: 'next-exit' });
    if (StatusCode === 137) return 'its main process was killed, most likely for lack of memory on the host';
    return `its main process ended with code ${StatusCode}`;
  } catch (error) {
    return `the Docker Engine does not answer any more (${messageOf(error)})`;
  }
}

function died(why: string): OperationalError {
  return new OperationalError('sandbox_died', `The sandbox did not start: ${why}.`);
}

/** Removes a container whatever state it is in; one that is gone already is no error. */
export async function remove(container: Docker.Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    if (statusOf(error) === 409) await container.wait({ condition: 'removed' }).catch(() => {});
    else if (statusOf(error) !== 404) throw engineError(error);
  }
}
