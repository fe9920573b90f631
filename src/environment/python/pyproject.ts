import { parse as parseToml } from 'smol-toml';
import type { RepositoryFiles } from '../repository-files.ts';
import type { Tree } from '../tree.ts';
import { unreadableManifest } from '../unreadable-manifest.ts';

/** Reads pyproject.toml; an empty table when there is none. Rejects with `no_environment` for one that is broken. */
export async function readPyproject(files: RepositoryFiles): Promise<Tree> {
  const text = await files.read('pyproject.toml');
  try {
    return parseToml(text ?? '');
  } catch (error) {
    throw unreadableManifest('pyproject.toml', 'TOML', error);
  }
}
