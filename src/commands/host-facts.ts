import { statfs } from 'node:fs/promises';
import { execa } from 'execa';
import type { Engine } from '../adapters.ts';
import type { Config } from '../config.ts';
import { outputText, succeeded } from '../core/command.ts';
import type { HostFacts } from '../core/diagnosis.ts';
import { messageOf, OperationalError } from '../core/errors.ts';
import type { Sandboxes } from '../run/sandboxes.ts';
import { defaultLimits } from '../sandbox/limits.ts';
import { hasSizeOption } from '../sandbox/size-option.ts';
import { printExports } from '../text/quote-word.ts';

const networkSeconds = 60;

/** What can be told of the host before there is an Engine. */
export async function describeHost(config: Config): Promise<HostFacts> {
  const git = await execa('git', ['--version'], { reject: false });
  const isThere = git.exitCode === 0;
  const certificates = config.extraCertificates === undefined ? [] : ['NODE_EXTRA_CA_CERTS'];
  return {
    node: process.versions.node,
    git: isThere ? git.stdout.replace('git version ', '') : null,
    engine: null,
    image: null,
    sizeLimit: null,
    freeGigabytes: null,
    network: null,
    proxy: [...Object.keys(config.proxy).filter((name) => name === name.toUpperCase()), ...certificates],
    problems: isThere ? [] : ['git is not installed on this host: install it.'],
  };
}

/** Adds what the Engine says, and whether a preparing sandbox has network. */
export async function describeEngine(
  host: HostFacts,
  { docker, image }: Engine,
  sandboxes: Sandboxes,
  config: Config,
): Promise<HostFacts> {
  const info = (await docker.info()) as { ServerVersion: string; DockerRootDir: string };
  const sizeLimit = await hasSizeOption(docker, image);
  const free = config.dockerHost === undefined ? await freeBytes(info.DockerRootDir) : null;
  const unreachable = await networkProblem(sandboxes);
  const isFull = free !== null && free < defaultLimits.freeBytes;
  return {
    ...host,
    engine: info.ServerVersion,
    image,
    sizeLimit,
    freeGigabytes: free === null ? null : Math.round(free / 1e8) / 10,
    network: unreachable === null,
    problems: [
      ...host.problems,
      ...(isFull ? [`The disk of ${info.DockerRootDir} is nearly full: sandboxes stop on it.`] : []),
      ...(unreachable === null ? [] : [unreachable]),
    ],
  };
}

async function freeBytes(directory: string): Promise<number | null> {
  const found = await statfs(directory).catch(() => null);
  return found === null ? null : found.bavail * found.bsize;
}

/** Asks the registries as npm and pip are set to: one that answers is enough. Null when one does. */
async function networkProblem(sandboxes: Sandboxes): Promise<string | null> {
  try {
    await using sandbox = await sandboxes.openForInstall(null);
    const ask = 'npm view npm version || pip download --quiet --no-deps --dest /tmp/pip pip';
    const script = `${printExports(sandboxes.installVariables)}\n${ask}`;
    const result = await sandbox.run({ script, timeoutSeconds: networkSeconds });
    return succeeded(result) ? null : adviseOnNetwork(outputText(result));
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    return `No sandbox could be started: ${messageOf(error)}`;
  }
}

function adviseOnNetwork(output: string): string {
  const start = 'Preparing sandboxes reach no package registry';
  if (/certificate|SSL|TLS|SELF_SIGNED/i.test(output))
    return `${start}, for a certificate is not trusted: set NODE_EXTRA_CA_CERTS to the PEM file of whoever inspects TLS here.`;
  return `${start}: if this network needs a proxy set HTTPS_PROXY, to an address that containers reach as well.`;
}
