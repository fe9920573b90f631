import type { RepositoryFiles } from '../repository-files.ts';
import { unreadableManifest } from '../unreadable-manifest.ts';
import { type PackageJson, packageJsonSchema } from './package-json.ts';

/** A package.json; null where there is none. Rejects with `no_environment` for one that is broken. */
export async function readManifest(files: RepositoryFiles, path: string): Promise<PackageJson | null> {
  const text = await files.read(path);
  if (text === null) return null;
  try {
    return packageJsonSchema.parse(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    throw unreadableManifest(path, 'JSON', error);
  }
}
