import picomatch from 'picomatch';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { RepositoryFiles } from '../repository-files.ts';
import { unreadableManifest } from '../unreadable-manifest.ts';
import type { Member } from './members.ts';
import type { PackageJson } from './package-json.ts';
import { readManifest } from './read-manifest.ts';

const workspaceSchema = z
  .object({ packages: z.array(z.string()).nullish() })
  .nullable()
  .transform((value) => ({ packages: value?.packages ?? [] }));

/** The directories of a monorepo's packages, as its root says where they are. */
export async function workspaceMembers(files: RepositoryFiles, manifest: PackageJson): Promise<string[]> {
  const patterns = manifest.workspaces ?? (await workspacePatterns(files));
  if (patterns.length === 0) return [];
  const wanted = patterns
    .filter((pattern) => !pattern.startsWith('!'))
    .map((pattern) => pattern.replace(/\/+$/, ''));
  const unwanted = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const matches = picomatch(wanted, { ignore: unwanted });
  return (await files.paths())
    .filter((path) => path.endsWith('/package.json') && !path.includes('node_modules/'))
    .map((path) => path.slice(0, -'/package.json'.length))
    .filter((directory) => matches(directory));
}

/** From the files of pnpm and of lerna, which both have them under `packages`. */
async function workspacePatterns(files: RepositoryFiles): Promise<string[]> {
  for (const [path, text] of await files.readAll(['pnpm-workspace.yaml', 'lerna.json'])) {
    try {
      const { packages } = workspaceSchema.parse(parseYaml(text));
      if (packages.length > 0) return packages;
    } catch (error) {
      throw unreadableManifest(path, path.endsWith('.json') ? 'JSON' : 'YAML', error);
    }
  }
  return [];
}

/** The manifests of these packages. `isLenient`: one with mistakes counts as none. */
export async function readMembers(
  files: RepositoryFiles,
  directories: readonly string[],
  isLenient: boolean,
): Promise<Member[]> {
  return Promise.all(
    directories.map(async (directory) => {
      const manifest = readManifest(files, `${directory}/package.json`);
      return { directory, manifest: await (isLenient ? manifest.catch(() => null) : manifest) };
    }),
  );
}
