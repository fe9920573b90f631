import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { execa } from 'execa';
import { messageOf, OperationalError } from '../core/errors.ts';
import { followProgress } from './follow-progress.ts';
import { hasImage } from './has-image.ts';

const baseImage = 'debian:bookworm-slim';

/**
 * Makes sure that the Debian base image is there: pulled or, where no registry answers, made from Debian's packages, in
 * the directory `scratch`.
 */
export async function ensureBaseImage(
  docker: Docker,
  { maySetUp, scratch }: { maySetUp: boolean; scratch: string },
  say: (line: string) => void,
): Promise<void> {
  if (await hasImage(docker, baseImage)) return;
  say(`pulling ${baseImage}`);
  const refusal = await pull(docker);
  if (refusal === null) return;
  if (!maySetUp) throw unavailable(refusal);
  say(`no image registry answers; making ${baseImage} from Debian packages (about half a minute)`);
  await makeFromPackages(docker, scratch, say);
}

/** Null when it worked, else why not. */
async function pull(docker: Docker): Promise<string | null> {
  try {
    const stream = await docker.pull(baseImage, { abortSignal: AbortSignal.timeout(120_000) });
    await followProgress(docker, stream);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

async function makeFromPackages(docker: Docker, scratch: string, say: (line: string) => void): Promise<void> {
  await mkdir(scratch, { recursive: true });
  const directory = await mkdtemp(join(scratch, 'base-'));
  try {
    const debootstrap = execa('debootstrap', ['--variant=minbase', 'bookworm', directory], { all: true });
    for await (const line of debootstrap.iterable({ from: 'all' })) say(line);
    const archive = execa('tar', ['-C', directory, '-c', '.'], { encoding: 'buffer', buffer: false });
    const stream = await docker.importImage(archive.stdout, { repo: 'debian', tag: 'bookworm-slim' });
    await followProgress(docker, stream);
    await archive;
  } catch (error) {
    throw unavailable(messageOf(error), error);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function unavailable(why: string, cause?: unknown): OperationalError {
  return new OperationalError(
    'image_unavailable',
    `The base image ${baseImage} could neither be pulled nor made here (${why}). Load it with \`docker pull ${baseImage}\` or \`docker load\`, or name an image of your own in AI_FIX_SANDBOX_IMAGE.`,
    { cause },
  );
}
