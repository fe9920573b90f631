import { posix } from 'node:path';
import type { XmlElement } from '@rgrove/parse-xml';
import { parse as parseToml } from 'smol-toml';
import { tableAt, textAt, textsAt, valueAt } from './tree.ts';
import { childElements, descendants, readXml } from './xml.ts';

/** What a package calls itself, and what it asks for. */
interface Manifest {
  name: string | undefined;
  needs: readonly string[];
}

/** Whether a file says of a package what it is called and what it needs. */
export function isReadable(path: string): boolean {
  return readers.has(posix.basename(path));
}

/** Null for what has mistakes. `kind` is the file's name. */
export function readPackageManifest(kind: string, text: string): Manifest | null {
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
  const root = readXml(text);
  if (root === null) return { name: undefined, needs: [] };
  const others = descendants(root).filter(({ name }) => name === 'dependency' || name === 'parent');
  return { name: artifactOf(root), needs: others.flatMap((one) => artifactOf(one) ?? []) };
}

function artifactOf(element: XmlElement): string | undefined {
  return childElements(element)
    .find(({ name }) => name === 'artifactId')
    ?.text.trim();
}

function readPyprojectToml(text: string): Manifest {
  const tree = parseToml(text);
  const lists = [
    ...[
      ['project', 'dependencies'],
      ['build-system', 'requires'],
    ],
    ...Object.keys(tableAt(tree, 'project', 'optional-dependencies')).map(ofExtra),
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

function ofExtra(name: string): string[] {
  return ['project', 'optional-dependencies', name];
}

/** A requirement's name, as Python compares names. */
function normalised(requirement: string): string {
  return (/^[\w.-]+/.exec(requirement)?.[0] ?? '').toLowerCase().replace(/[-_.]+/g, '-');
}
