import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import tar from 'tar-stream';
import { messageOf, OperationalError } from '../core/errors.ts';
import { ensureBaseImage } from './base-image.ts';
import { followProgress } from './follow-progress.ts';
import { hasImage } from './has-image.ts';
import { sandboxLabel, useImage } from './kept-images.ts';

const sources = new URL('../../sandbox/', import.meta.url);

export interface ImageOptions {
  /** An image of the operator's own, used as it is. */
  override: string | undefined;
  /** PEM text of certificate authorities that containers must trust beside Debian's, for proxies that inspect TLS. */
  extraCertificates: string;
  /** Proxy variables for the build, by their usual names. */
  proxy: Record<string, string>;
  /** Whether packages may be installed on this host to make a base image. */
  maySetUp: boolean;
  /** Directory for what is only needed while an image is made. */
  scratch: string;
}

/**
 * Makes sure that the sandbox image is there, building it if needed (about a minute), and returns its name.
 * The name holds a hash of everything it is built from. `say` is told what is being done, a line at a time.
 */
export async function ensureSandboxImage(
  docker: Docker,
  options: ImageOptions,
  say: (line: string) => void,
): Promise<string> {
  if (options.override !== undefined) {
    if (!(await hasImage(docker, options.override))) {
      throw new OperationalError(
        'image_unavailable',
        `AI_FIX_SANDBOX_IMAGE names ${options.override}, which this Docker Engine does not have: pull or build it first.`,
      );
    }
    return options.override;
  }
  const files = await buildContext(options.extraCertificates);
  const name = `ai-fix-sandbox:${hashOf(files)}`;
  if (await useImage(docker, name)) return name;
  await ensureBaseImage(docker, options, say);
  say('building the sandbox image (once, about a minute)');
  await build(docker, name, files, options.proxy, say);
  return name;
}

type Files = ReadonlyMap<string, string>;

async function buildContext(extraCertificates: string): Promise<Files> {
  const files = new Map<string, string>();
  const directories = await Promise.all(['reporters', 'tools'].map((name) => filesIn(name)));
  for (const name of ['Dockerfile', 'runner.c', ...directories.flat()]) {
    files.set(name, await readFile(new URL(name, sources), 'utf8'));
  }
  for (const [index, certificate] of splitCertificates(extraCertificates).entries()) {
    files.set(`ca/host-${String(index).padStart(3, '0')}.crt`, certificate);
  }
  return files;
}

async function filesIn(directory: string): Promise<string[]> {
  const names = await readdir(new URL(`${directory}/`, sources));
  return names.sort().map((name) => `${directory}/${name}`);
}

/** The certificates of a PEM bundle, one text each: Debian's tool takes one per file. */
function splitCertificates(pem: string): string[] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  return [...new Set(found)].sort().map((certificate) => `${certificate}\n`);
}

function hashOf(files: Files): string {
  const hash = createHash('sha256');
  for (const [name, content] of files) hash.update(`${name}\0${content}\0`);
  return hash.digest('hex').slice(0, 12);
}

async function build(
  docker: Docker,
  name: string,
  files: Files,
  proxy: Record<string, string>,
  say: (line: string) => void,
): Promise<void> {
  const context = tar.pack();
  context.entry({ name: 'ca/', type: 'directory' });
  for (const [path, content] of files) context.entry({ name: path }, content);
  context.finalize();
  const log: string[] = [];
  try {
    const stream = await docker.buildImage(Readable.from(context), {
      t: name,
      buildargs: proxy,
      labels: { [sandboxLabel]: name },
      rm: true,
      forcerm: true,
    });
    await followProgress(docker, stream, (line) => {
      log.push(line);
      say(line);
    });
  } catch (error) {
    const end = log.slice(-15).join('\n');
    throw new OperationalError(
      'image_unavailable',
      `The sandbox image could not be built: ${messageOf(error)}\n${end}\nIf the network needs a proxy set HTTPS_PROXY, if it inspects TLS set NODE_EXTRA_CA_CERTS to its certificate, then try again.`,
      { cause: error },
    );
  }
}
