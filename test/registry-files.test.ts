import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRegistryFiles } from '../src/registry-files.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ai-fix-registry-files-'));
  const files = {
    'Acme/.npmrc': 'of the owner',
    'Acme/.m2/settings.xml': 'maven',
    'acme+shop/.npmrc': 'of the repository',
    'acmes/.npmrc': 'of others',
    'mounted/..data/token': 'linked',
    'large/.npmrc': 'x'.repeat(70_000),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  await symlink('..data/token', join(directory, 'mounted/.npmrc'));
});
afterAll(() => rm(directory, { recursive: true }));

const read = async (of: string | null, at: string | undefined = directory) =>
  Object.fromEntries(await readRegistryFiles(at, of));

describe('readRegistryFiles', () => {
  it('gives a repository the files of its owner, and its own in their place', async () => {
    expect(await read('acme/shop')).toEqual({ '.m2/settings.xml': 'maven', '.npmrc': 'of the repository' });
    expect(await read('ACME/other')).toEqual({ '.m2/settings.xml': 'maven', '.npmrc': 'of the owner' });
    expect(await read('acme')).toMatchObject({ '.npmrc': 'of the owner' });
  });

  it('gives nothing to others, to nobody, and where nothing is configured', async () => {
    expect(await read('acm/shop')).toEqual({});
    expect(await read('../acme/shop')).toEqual({});
    expect(await read(null)).toEqual({});
    expect(await readRegistryFiles(undefined, 'acme/shop')).toEqual(new Map());
  });

  it('follows links, as secrets are mounted by some platforms', async () => {
    expect(await read('mounted')).toEqual({ '.npmrc': 'linked' });
  });

  it('says with the setting what cannot be used', async () => {
    await expect(read('acme', join(directory, 'none'))).rejects.toThrow(/AI_FIX_REGISTRIES names .*none/);
    await expect(read('large')).rejects.toThrow(/larger than 64 KiB/);
  });
});
