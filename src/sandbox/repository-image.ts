import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import tar from 'tar-stream';
import type { BuildContext, ImageSource } from '../core/environment.ts';
import { messageOf, OperationalError } from '../core/errors.ts';
import { followProgress } from './follow-progress.ts';
import { hasImage } from './has-image.ts';
import { sandboxLabel, useImage } from './kept-images.ts';

const buildMinutes = 30;
const pullMinutes = 20;

/** Where images are made, who hears of it, and what ends it. */
interface Builder {
  docker: Docker;
  /** The sandbox image: the runner and the reporters are copied from it. */
  sandboxImage: string;
  /** Proxy variables for what is built, by their usual names. */
  proxy: Record<string, string>;
  memory: number;
  say(line: string): void;
  signal: AbortSignal;
}

/**
 * Makes an image that a sandbox can start from out of one that a repository names, and returns its name. What is
 * pulled or built is kept. Nothing secret goes into a build. Rejects with `no_environment`, in words for the
 * repository's people.
 */
export async function ensureRepositoryImage(
  builder: Builder,
  source: ImageSource,
  context: BuildContext,
): Promise<string> {
  const { docker, sandboxImage, say } = builder;
  const from =
    'image' in source
      ? await ensurePulled(builder, source.image)
      : await ensureBuilt(builder, source.dockerfile, context);
  const { Id } = await docker.getImage(from).inspect();
  const name = `ai-fix-base:${hash(Id, sandboxImage, recipe(from, sandboxImage))}`;
  if (await useImage(docker, name)) return name;
  say(`making ${from} fit for sandboxes`);
  const files = tar.pack();
  files.entry({ name: 'Dockerfile' }, recipe(from, sandboxImage));
  files.finalize();
  try {
    await build(builder, { name, dockerfile: 'Dockerfile', context: Readable.from(files) });
  } catch (error) {
    throw refusal(
      `The sandboxes of this repository cannot start from ${from}: ${messageOf(error)}\nIt needs /bin/sh, bash, git and certificates, or one of apt-get, apk, dnf and microdnf to install them with.`,
      error,
    );
  }
  return name;
}

/**
 * The agent's user, its directories and what a sandbox runs, over any image with a shell. Users are added by hand:
 * small images have no program for it.
 */
function recipe(from: string, sandboxImage: string): string {
  return `FROM ${from}
USER 0
COPY --from=${sandboxImage} /opt/ai-fix /opt/ai-fix
COPY --from=${sandboxImage} /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
RUN ["/bin/sh", "-c", ${JSON.stringify(programs)}]
RUN ["/bin/sh", "-c", ${JSON.stringify(user)}]
USER 10001:10001
WORKDIR /workspace
ENTRYPOINT []
CMD []
`;
}

const programs = `
has() { command -v bash && command -v git && command -v tar; } > /dev/null 2>&1
has || { command -v apt-get && apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends bash git tar procps && rm -rf /var/lib/apt/lists/*; } \\
  || { command -v apk && apk add --no-cache bash git tar coreutils findutils procps; } \\
  || { command -v dnf && dnf install -y bash git tar findutils procps-ng; } \\
  || { command -v microdnf && microdnf install -y bash git tar findutils procps-ng; }
has || { echo 'bash, git or tar is missing and could not be installed'; exit 1; }`;

const user = `
grep -q '^agent:' /etc/passwd || echo 'agent:x:10001:10001::/home/agent:/bin/bash' >> /etc/passwd
grep -q '^agent:' /etc/group || echo 'agent:x:10001:' >> /etc/group
mkdir -p /home/agent /workspace && chown 10001:10001 /home/agent /workspace
find / -xdev -perm /6000 -type f -exec chmod a-s {} + 2> /dev/null || true`;

async function ensurePulled({ docker, say, signal }: Builder, name: string): Promise<string> {
  if (await hasImage(docker, name)) return name;
  say(`pulling ${name}`);
  try {
    const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(pullMinutes * 60_000)]);
    await followProgress(docker, await docker.pull(name, { abortSignal }));
    return name;
  } catch (error) {
    signal.throwIfAborted();
    throw refusal(
      `\`image\` in .github/ai-fix.yml names ${name}, which is not on this host and could not be pulled: ${messageOf(error)}\nCorrect the name, or have it put on the host with \`docker pull\` or \`docker load\`.`,
      error,
    );
  }
}

async function ensureBuilt(
  builder: Builder,
  dockerfile: string,
  { key, tar: files }: BuildContext,
): Promise<string> {
  const { docker, say, signal } = builder;
  const name = `ai-fix-dockerfile:${hash(dockerfile, key)}`;
  if (await useImage(docker, name)) return name;
  say(`building ${dockerfile}`);
  try {
    await build(builder, { name, dockerfile, context: Readable.from(files()) });
    return name;
  } catch (error) {
    signal.throwIfAborted();
    throw refusal(
      `${dockerfile}, which .github/ai-fix.yml names as \`dockerfile\`, could not be built: ${messageOf(error)}`,
      error,
    );
  }
}

/** Rejects with the end of what the build said. */
async function build(
  { docker, proxy, memory, say, signal }: Builder,
  { name, dockerfile, context }: { name: string; dockerfile: string; context: Readable },
): Promise<void> {
  const log: string[] = [];
  try {
    const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(buildMinutes * 60_000)]);
    const stream = await docker.buildImage(context, {
      t: name,
      dockerfile,
      buildargs: proxy,
      labels: { [sandboxLabel]: name },
      memory,
      memswap: memory,
      rm: true,
      forcerm: true,
      abortSignal,
    });
    await followProgress(docker, stream, (line) => {
      log.push(line);
      say(line);
    });
  } catch (error) {
    throw new Error([messageOf(error), ...log.slice(-15)].join('\n'), { cause: error });
  }
}

function hash(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 12);
}

function refusal(message: string, cause: unknown): OperationalError {
  return new OperationalError('no_environment', message, { cause });
}
