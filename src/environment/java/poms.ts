import { posix } from 'node:path';
import type { XmlElement } from '@rgrove/parse-xml';
import { joinDirectory } from '../directories.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { unreadableManifest } from '../unreadable-manifest.ts';
import { childElements, descendants, readXml } from '../xml.ts';

/** One pom.xml of the build. */
export interface Pom {
  /** Its directory, relative to the root; '' is the root. */
  directory: string;
  root: XmlElement;
}

const maximumPoms = 500;

/** The pom.xml at the root and those of its modules, as a reactor build has them. Rejects when the first is no XML. */
export async function readPoms(files: RepositoryFiles): Promise<Pom[]> {
  const poms = new Map<string, Pom>();
  const pending = [''];
  for (const at of pending) {
    if (poms.size >= maximumPoms || poms.has(at)) continue;
    const pom = await readPom(files, at);
    if (pom === null) continue;
    poms.set(at, pom);
    pending.push(...modulesOf(pom));
  }
  return [...poms.values()];
}

async function readPom(files: RepositoryFiles, directory: string): Promise<Pom | null> {
  const path = posix.join(directory, 'pom.xml');
  const text = await files.read(path);
  if (text === null) return null;
  try {
    const root = readXml(text);
    return root === null ? null : { directory, root };
  } catch (error) {
    if (directory !== '') return null;
    throw unreadableManifest(path, 'XML', error);
  }
}

/** Directories of the modules that are built without naming a profile. */
function modulesOf({ directory, root }: Pom): string[] {
  const names = childrenOf(root, ['modules', 'module']).concat(
    childrenOf(root, ['subprojects', 'subproject']),
  );
  return names
    .map(({ text }) => joinDirectory(directory, text.trim().replace(/(^|\/)pom\.xml$/, '')))
    .filter((path) => !path.startsWith('..'));
}

/** The Java releases that these poms compile for, as far as they say so in numbers: 8 for `1.8`. */
export function javaReleases(poms: readonly Pom[]): number[] {
  return poms.flatMap(({ root }) => {
    const properties = childrenOf(root, ['properties', '*']).filter(({ name }) => releaseProperty.test(name));
    const settings = descendants(root).filter(({ name }) =>
      /^(release|source|target|testRelease)$/.test(name),
    );
    return [...properties, ...settings].flatMap(({ text }) => {
      const release = /^\s*(?:1\.)?(\d{1,2})(?:\.0)?\s*$/.exec(text)?.[1];
      return release === undefined ? [] : [Number(release)];
    });
  });
}

const releaseProperty =
  /^(maven\.compiler\.(test)?(release|source|target)|java[.-]?(version|release|level|target)|(jdk|javac?)[.-](source|target|version|release)(\.level)?|(source|target)[.-]?(jdk|java)?([.-]?version)?|jdk[.-]?version|javaVersion|release)$/i;

/** The elements on a path of names below an element; `*` is any name. */
function childrenOf(element: XmlElement, path: readonly string[]): XmlElement[] {
  const [name, ...rest] = path;
  if (name === undefined) return [element];
  return childElements(element)
    .filter((child) => name === '*' || child.name === name)
    .flatMap((child) => childrenOf(child, rest));
}
