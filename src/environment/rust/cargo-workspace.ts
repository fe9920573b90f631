import { posix } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { z } from 'zod';
import type { RepositoryFiles } from '../repository-files.ts';
import { unreadableManifest } from '../unreadable-manifest.ts';

/** A package of Cargo's. */
export interface Crate {
  name: string;
  /** '' is the root. */
  directory: string;
  /** Features that can be asked for and are not on by default. */
  features: ReadonlySet<string>;
  /** Features that test programs are built with alone, as the manifest says. */
  required: readonly string[];
  /** Whether it is nothing but a library that other languages load. */
  isExtension: boolean;
}

export interface CargoWorkspace {
  /** The one at the root, or null where the root holds others alone. */
  root: Crate | null;
  members: readonly Crate[];
  /** What a plain `cargo test` at the root tests. */
  tested: readonly Crate[];
}

const names = z.array(z.string()).catch([]);
const dependencies = z
  .record(z.string(), z.union([z.object({ optional: z.boolean().optional() }), z.unknown()]))
  .catch({});
const manifestSchema = z.object({
  package: z.object({ name: z.string() }).optional().catch(undefined),
  workspace: z
    .object({ members: names.default([]), exclude: names.default([]), 'default-members': names.optional() })
    .optional()
    .catch(undefined),
  lib: z.object({ 'crate-type': names.optional() }).optional().catch(undefined),
  test: z.array(z.object({ 'required-features': names.default([]) })).catch([]),
  features: z.record(z.string(), names).catch({}),
  dependencies: dependencies.default({}),
  target: z.record(z.string(), z.object({ dependencies: dependencies.default({}) })).catch({}),
});
type Manifest = z.infer<typeof manifestSchema>;

/** Reads the manifest at the root and those of its members. Rejects with `no_environment` where the first is broken. */
export async function readCargoWorkspace(files: RepositoryFiles, text: string): Promise<CargoWorkspace> {
  const manifest = readManifest(text);
  const root = crateOf('', manifest);
  const { members = [], exclude = [], 'default-members': byDefault } = manifest.workspace ?? {};
  const matches = (patterns: readonly string[]) => {
    const all = patterns.map(asExpression);
    return (directory: string) => all.some((one) => one.test(directory));
  };
  const [isMember, isExcluded] = [matches(members), matches(exclude)];
  const below = (await files.paths()).filter((path) => path.endsWith('/Cargo.toml'));
  const inside = below.filter((path) => isMember(posix.dirname(path)) && !isExcluded(posix.dirname(path)));
  const texts = await files.readAll(inside);
  const others = [...texts].flatMap(([path, text]) => readCrate(posix.dirname(path), text));
  const all = [...(root === null ? [] : [root]), ...others];
  const plainly = root === null ? all : [root];
  const isDefault = matches(byDefault ?? []);
  return {
    root,
    members: all,
    tested: byDefault === undefined ? plainly : all.filter(({ directory }) => isDefault(directory || '.')),
  };
}

/** A pattern of directories, in which `*` is any one. */
function asExpression(pattern: string): RegExp {
  const tidy = pattern.replace(/^\.\/|\/+$/g, '');
  const parts = tidy.split('*').map(RegExp.escape);
  return new RegExp(`^${parts.join('[^/]*')}$`);
}

function readCrate(directory: string, text: string): Crate[] {
  try {
    return [crateOf(directory, manifestSchema.parse(parseToml(text))) ?? []].flat();
  } catch {
    return []; // cargo says what is wrong
  }
}

function crateOf(directory: string, manifest: Manifest): Crate | null {
  if (manifest.package === undefined) return null;
  const types = manifest.lib?.['crate-type'] ?? [];
  const onByDefault = closure('default', manifest.features);
  return {
    name: manifest.package.name,
    directory,
    features: new Set(featuresOf(manifest).filter((name) => !onByDefault.has(name))),
    required: manifest.test.flatMap((test) => test['required-features']),
    isExtension: types.length > 0 && types.every((type) => type === 'cdylib'),
  };
}

/** An optional dependency is a feature as well, unless one names it as `dep:`. */
function featuresOf({ features, dependencies, target }: Manifest): string[] {
  const named = new Set(Object.values(features).flat());
  const all = [dependencies, ...Object.values(target).map((one) => one.dependencies)];
  const optional = all.flatMap((table) =>
    Object.entries(table).flatMap(([name, value]) => (isOptional(value) ? [name] : [])),
  );
  return [...Object.keys(features), ...optional.filter((name) => !named.has(`dep:${name}`))];
}

function isOptional(dependency: unknown): boolean {
  return z.object({ optional: z.literal(true) }).safeParse(dependency).success;
}

/** A feature with all of the same crate that it turns on; `other?/feature` turns nothing on. */
function closure(feature: string, features: Manifest['features'], known = new Set<string>()): Set<string> {
  if (known.has(feature)) return known;
  known.add(feature);
  const others = (features[feature] ?? []).filter((other) => !/^dep:|\?/.test(other));
  for (const other of others) closure(other.replace(/\/.*/, ''), features, known);
  return known;
}

function readManifest(text: string): Manifest {
  try {
    return manifestSchema.parse(parseToml(text));
  } catch (error) {
    throw unreadableManifest('Cargo.toml', 'TOML', error);
  }
}
