import { Readable } from 'node:stream';
import tar from 'tar-stream';
import { afterEach, describe, expect, it } from 'vitest';
import {
  environmentLabel,
  type KeptImage,
  listKeptImages,
  removeImage,
  useImage,
} from '../../src/sandbox/kept-images.ts';
import { testEngine } from '../support/sandbox.ts';

const name = `ai-fix-env:kept-${process.pid}`;
const other = `someone-elses:${process.pid}`;
const { docker } = await testEngine();

/** A small image with this label and content. */
async function make(as: string, content: string, label: string | null = environmentLabel): Promise<string> {
  const archive = tar.pack();
  archive.entry({ name: 'word' }, content);
  archive.finalize();
  const [repo, tag] = as.split(':');
  const changes = label === null ? 'CMD true' : `LABEL ${label}=key`;
  const stream = await docker.importImage(Readable.from(archive), { repo, tag, changes });
  await new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve(null)));
  });
  return (await docker.getImage(as).inspect()).Id;
}

const find = async (id: string): Promise<KeptImage | undefined> =>
  (await listKeptImages(docker)).find((image) => image.id === id);

async function listed(id: string): Promise<KeptImage> {
  const image = await find(id);
  if (image === undefined) throw new Error('it is not listed');
  return image;
}

afterEach(async () => {
  const remove = (image: string) =>
    docker
      .getImage(image)
      .remove({ force: true })
      .catch(() => {});
  await Promise.all([name, other].map(remove));
});

describe('images that are kept', () => {
  it('are those with our label, with their size', async () => {
    const foreign = await make(other, 'foreign', null);
    expect(await find(foreign)).toBeUndefined();
    expect(await listed(await make(name, 'x'.repeat(100_000)))).toMatchObject({
      repository: null,
      directory: null,
      bytes: 100_000,
    });
  });

  it('tell when they were used last', async () => {
    const id = await make(name, 'used');
    const before = await listed(id);
    expect(await useImage(docker, id)).toBe(true);
    const after = await listed(id);
    expect(after.usedAt.getTime()).toBeGreaterThan(before.usedAt.getTime());
    expect((await docker.getImage(id).inspect()).RepoTags).toEqual([name]);
  });

  it('tell it also when a younger image has taken their name', async () => {
    const id = await make(name, 'older');
    await make(name, 'younger');
    expect(await useImage(docker, id)).toBe(true);
    expect(await removeImage(docker, await listed(id))).toBe(true);
    expect(await useImage(docker, id)).toBe(false);
  });

  it('are removed, and gone for whoever looks for them', async () => {
    const id = await make(name, 'removed');
    expect(await removeImage(docker, await listed(id))).toBe(true);
    expect(await find(id)).toBeUndefined();
    expect(await useImage(docker, id)).toBe(false);
  });

  it('are not removed when they were used since somebody looked', async () => {
    const id = await make(name, 'used since');
    const before = await listed(id);
    await useImage(docker, id);
    expect(await removeImage(docker, before)).toBe(false);
    expect(await find(id)).toBeDefined();
  });

  it('are not removed while a container is made of them, and keep their name', async () => {
    const id = await make(name, 'in use');
    const container = await docker.createContainer({ Image: id, Cmd: ['true'] });
    try {
      expect(await removeImage(docker, await listed(id))).toBe(false);
      expect((await docker.getImage(id).inspect()).RepoTags).toEqual([name]);
    } finally {
      await container.remove();
    }
  });
});
