import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { Complete } from './agent/loop.ts';
import { type Config, requireApiKey } from './config.ts';
import type { ModelChoice } from './core/attempts.ts';
import { OperationalError } from './core/errors.ts';
import type { Emit, Say } from './core/events.ts';
import { installVariables } from './environment/prepare/install-variables.ts';
import { createModel } from './model/client.ts';
import type { ModelFault } from './model/fault.ts';
import { pricesFor } from './model/parse-prices.ts';
import { readRegistryFiles } from './registry-files.ts';
import type { Sandboxes } from './run/sandboxes.ts';
import type { SandboxSpec } from './sandbox/container-options.ts';
import { canSetUp, connectEngine } from './sandbox/engine.ts';
import { findEnvironments, keepEnvironment } from './sandbox/environment-images.ts';
import { ensureSandboxImage } from './sandbox/image.ts';
import { defaultLimits, type SandboxLimits } from './sandbox/limits.ts';
import type { Owner } from './sandbox/owner.ts';
import { reap } from './sandbox/reaper.ts';
import { ensureRepositoryImage } from './sandbox/repository-image.ts';
import { openSandbox } from './sandbox/sandbox.ts';
import { findSetup, keepSetup } from './sandbox/setup-images.ts';

const lifetimeSeconds = 2 * 60 * 60;
const keptSandboxSeconds = 24 * 60 * 60;

export interface Engine {
  docker: Docker;
  /** Name of the sandbox image. */
  image: string;
  limits: SandboxLimits;
}

/**
 * Connects to Docker, sets it and the sandbox image up where needed and allowed, and clears away what expired.
 * `scratch` is a directory for what is only needed meanwhile.
 */
export async function openEngine(
  config: Config,
  say: Say,
  scratch = join(config.dataDirectory, 'scratch'),
): Promise<Engine> {
  const maySetUp = await canSetUp(config.setup);
  const { dockerHost, dataDirectory } = config;
  const docker = await connectEngine({ dockerHost, maySetUp, logDirectory: dataDirectory }, say);
  const image = await ensureSandboxImage(
    docker,
    {
      override: config.sandboxImage,
      extraCertificates: await readCertificates(config.extraCertificates),
      proxy: config.proxy,
      maySetUp,
      scratch,
    },
    say,
  );
  await reap(docker, new Date());
  return { docker, image, limits: await limitsOf(docker) };
}

async function readCertificates(path: string | undefined): Promise<string> {
  if (path === undefined) return '';
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new OperationalError('bad_config', `NODE_EXTRA_CA_CERTS names ${path}, which cannot be read.`, {
      cause: error,
    });
  });
}

/** The default limits, made to fit the Engine's machine. */
async function limitsOf(docker: Docker): Promise<SandboxLimits> {
  const { NCPU, MemTotal } = (await docker.info()) as { NCPU: number; MemTotal: number };
  return {
    ...defaultLimits,
    cpus: Math.min(defaultLimits.cpus, NCPU),
    memory: Math.min(defaultLimits.memory, Math.floor(MemTotal / 2)),
  };
}

interface SandboxOptions {
  run: string;
  /** Leaves the agent's for a person to look into. */
  keepAgent: boolean;
  /** Of the App: the process that they must not outlive, and the repository that they are for. */
  household?: { owner: Owner; repository: string };
  /** Whose access to private registries the installation has: `owner` or `owner/name`. */
  registriesOf?: string | undefined;
}

/** The sandboxes of one run. */
export function createSandboxes(engine: Engine, config: Config, options: SandboxOptions): Sandboxes {
  const { run, keepAgent, household, registriesOf = null } = options;
  const { docker, image, limits } = engine;
  const spec = (more: Pick<SandboxSpec, 'image' | 'purpose' | 'network'>): SandboxSpec => {
    const keep = keepAgent && more.purpose === 'agent';
    return {
      runId: run,
      ...(household === undefined ? {} : { owner: household.owner }),
      env: {},
      limits,
      lifetimeSeconds: keep ? keptSandboxSeconds : lifetimeSeconds,
      keep,
      ...more,
    };
  };
  const origin =
    household === undefined
      ? null
      : { repository: household.repository, directory: household.owner.directory };
  return {
    image,
    installVariables: installVariables(config.proxy),
    registries: () => readRegistryFiles(config.registries, registriesOf),
    async startFrom(source, context, say, signal) {
      const { proxy } = config;
      const builder = { docker, sandboxImage: image, proxy, memory: limits.memory, say, signal };
      const own = await ensureRepositoryImage(builder, source, context);
      return createSandboxes({ ...engine, image: own }, config, options);
    },
    findEnvironments: (key) => findEnvironments(docker, key),
    open: (environment, purpose) =>
      openSandbox(docker, spec({ image: environment.image, purpose, network: 'none' })),
    findSetup: (commands) => findSetup(docker, image, commands),
    async openForSetup(commands) {
      const sandbox = await openSandbox(docker, spec({ image, purpose: 'setup', network: 'bridge' }));
      return Object.assign(sandbox, { keep: () => keepSetup(docker, sandbox, image, commands) });
    },
    async openForInstall(setup) {
      const from = { image: setup ?? image, purpose: 'prepare', network: 'bridge' } as const;
      const sandbox = await openSandbox(docker, spec(from));
      return Object.assign(sandbox, {
        keep: (environment: Parameters<typeof keepEnvironment>[1]) =>
          keepEnvironment(sandbox, environment, origin),
      });
    },
  };
}

const maximumOutputTokens = 64_000;

/** Models at the endpoint that is configured, with their retries told as events. */
export function createModels(config: Config, emit: Emit): (choice: ModelChoice) => Complete {
  const apiKey = requireApiKey(config);
  const { baseUrl, server, prices } = config.model;
  return ({ model: name, effort }) => {
    const onRetry = ({ message: why, lost }: ModelFault, seconds: number) =>
      emit({ type: 'model_retried', why, seconds, model: name, ...lost });
    const known = pricesFor(name, prices);
    const model = createModel({
      ...{ apiKey, baseUrl, server, effort, maximumOutputTokens },
      model: name,
      userId: 'ai-fix',
      ...(known === undefined ? {} : { prices: known }),
    });
    return (messages, tools, signal) => model.complete({ messages, tools, signal, onRetry });
  };
}

/** Where the baselines of local repositories are. */
export function baselineDirectory(config: Config): string {
  return join(config.dataDirectory, 'baselines');
}
