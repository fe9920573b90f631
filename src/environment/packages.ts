import { posix } from 'node:path';
import type { Package } from '../core/packages.ts';
import { directoryOf } from './directories.ts';
import { isReadable, readPackageManifest } from './package-manifests.ts';
import type { RepositoryFiles } from './repository-files.ts';

const maximumManifests = 1000;
const aside = /(^|\/)(node_modules|vendor|third_party|testdata|(__)?fixtures?(__)?)\//;

/**
 * The packages of a repository with several, and which of them need which: by the names that their manifests give. What
 * cannot be read is left out; empty where there are fewer than two.
 */
export async function findPackages(files: RepositoryFiles): Promise<Package[]> {
  const paths = (await files.paths()).filter((path) => isReadable(path) && !aside.test(path));
  const texts = await files.readAll(paths.slice(0, maximumManifests));
  const found = [...texts].flatMap(([path, text]) => {
    const manifest = readPackageManifest(posix.basename(path), text);
    const directory = directoryOf(path);
    return manifest === null ? [] : [{ kind: posix.basename(path), directory, ...manifest }];
  });
  const placeOf = new Map(found.map(({ kind, name, directory }) => [`${kind} ${name}`, directory]));
  const packages = Map.groupBy(found, ({ directory }) => directory);
  if (packages.size < 2) return [];
  return [...packages].map(([directory, manifests]) => {
    const needs = manifests.flatMap(({ kind, needs }) =>
      needs.flatMap((name) => placeOf.get(`${kind} ${name}`) ?? []),
    );
    return { directory, needs: [...new Set(needs)].filter((other) => other !== directory) };
  });
}
