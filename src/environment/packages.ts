import { posix } from 'node:path';
import { parseXml, XmlElement } from '@rgrove/parse-xml';
import { parse as parseToml } from 'smol-toml';
import type { Package } from '../core/packages.ts';
import { directoryOf } from './directories.ts';
import type { RepositoryFiles } from './repository-files.ts';
import { tableAt, textAt, textsAt, valueAt } from './tree.ts';

interface Manifest {
  name: string | undefined;
  needs: readonly string[];
}

const maximumManifests = 1000;
const aside = /(^|\/)(node_modules|vendor|third_party|testdata|(__)?fixtures?(__)?)\//;

/**
 * The packages of a repository with several, and which of them need which: by the names that their manifests give. What
 * cannot be read is left out; empty where there are fewer than two.
 */
export async function findPackages(files: RepositoryFiles): Promise<Package[]> {
  const paths = (await files.paths()).filter(
    (path) => readers.has(posix.basename(path)) && !aside.test(path),
  );
  const texts = await files.readAll(paths.slice(0, maximumManifests));
  const found = [...texts].flatMap(([path, text]) => {
    const manifest = readSafely(posix.basename(path), text);
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

function readSafely(kind: string, text: string): Manifest | null {
  try {
    return readers.get(kind)?.(text) ?? null;
  } catch {
    return null; // whoever installs from it says what is wrong
  }
}

const readers = new Map<string, (text: string) => Manifest>([
  ['package.json', readPackageJson],
  ['Cargo.toml', readCargo],
  ['go.mod', readGoModule],
  ['pom.xml', readPom],
  ['pyproject.toml', readPyprojectToml],
]);

function readPackageJson(text: string): Manifest {
  const tree: unknown = JSON.parse(text);
  const kinds = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];
  return { name: textAt(tree, 'name'), needs: kinds.flatMap((kind) => Object.keys(tableAt(tree, kind))) };
}

function readCargo(text: string): Manifest {
  const tree = parseToml(text);
  const kinds = ['dependencies', 'dev-dependencies', 'build-dependencies'];
  const places = [tree, ...Object.values(tableAt(tree, 'target'))];
  const needs = places.flatMap((place) =>
    kinds.flatMap((kind) =>
      Object.entries(tableAt(place, kind)).map(([name, value]) => textAt(value, 'package') ?? name),
    ),
  );
  return { name: textAt(tree, 'package', 'name'), needs };
}

function readGoModule(text: string): Manifest {
  const name = /^module\s+"?([^\s"]+)/m.exec(text)?.[1];
  return { name, needs: [...text.matchAll(/^(?:require)?\s+(\S+)\s+v\d/gm)].map(([, path = '']) => path) };
}

/** By the artifact alone: modules of one build share their group. */
function readPom(text: string): Manifest {
  const { root } = parseXml(text.replace(/^\uFEFF/, ''), { ignoreUndefinedEntities: true });
  const artifact = (of: XmlElement) => childNamed(of, 'artifactId')?.text.trim();
  const all = root === null ? [] : descendants(root);
  const others = all.filter(({ name }) => name === 'dependency' || name === 'parent').map(artifact);
  return {
    name: root === null ? undefined : artifact(root),
    needs: others.filter((name) => name !== undefined),
  };
}

function childNamed({ children }: XmlElement, name: string): XmlElement | undefined {
  return children.find((child): child is XmlElement => child instanceof XmlElement && child.name === name);
}

function descendants({ children }: XmlElement): XmlElement[] {
  const own = children.filter((child): child is XmlElement => child instanceof XmlElement);
  return own.flatMap((child) => [child, ...descendants(child)]);
}

function readPyprojectToml(text: string): Manifest {
  const tree = parseToml(text);
  const lists = [
    ...[
      ['project', 'dependencies'],
      ['build-system', 'requires'],
    ],
    ...Object.keys(tableAt(tree, 'project', 'optional-dependencies')).map((name) => [
      ...['project', 'optional-dependencies', name],
    ]),
    ...Object.keys(tableAt(tree, 'dependency-groups')).map((name) => ['dependency-groups', name]),
  ];
  const listed = lists.flatMap((keys) => textsAt(tree, ...keys));
  const poetry = valueAt(tree, 'tool', 'poetry');
  const groups = Object.values(tableAt(poetry, 'group'));
  const tables = [poetry, ...groups].flatMap((table) =>
    ['dependencies', 'dev-dependencies'].flatMap((key) => Object.keys(tableAt(table, key))),
  );
  const name = textAt(tree, 'project', 'name') ?? textAt(poetry, 'name');
  return { name: name && normalised(name), needs: [...listed, ...tables].map(normalised) };
}

/** A requirement's name, as Python compares names. */
function normalised(requirement: string): string {
  return (/^[\w.-]+/.exec(requirement)?.[0] ?? '').toLowerCase().replace(/[-_.]+/g, '-');
}
