import semver from 'semver';
import type { RepositoryFiles } from '../repository-files.ts';
import { newestInCi } from './ci-version.ts';
import { majorOf, newestAt, otherMajors, ownMajor } from './node-majors.ts';
import type { PackageJson } from './package-json.ts';

/** Below this, code that was written for one version mostly fails on ours. */
const oldMajor = 18;

const codeNames: Readonly<Record<string, number>> = {
  ...{ argon: 4, boron: 6, carbon: 8, dubnium: 10, erbium: 12, fermium: 14, gallium: 16, hydrogen: 18 },
  ...{ iron: 20, jod: 22, krypton: 24 },
};

export interface NodeVersion {
  major: number;
  /** Why it is not the sandbox image's own; null when it is. */
  why: string | null;
}

const own: NodeVersion = { major: ownMajor, why: null };

/** The image's own version, unless the repository says that it cannot run on that. */
export async function findNodeVersion(files: RepositoryFiles, manifest: PackageJson): Promise<NodeVersion> {
  const allowed = newestIn(manifest.engines.node ?? '*');
  if (allowed !== ownMajor) return { major: allowed, why: 'package.json asks for it' };
  const pinned = await findPinnedVersion(files, manifest);
  if (pinned !== null && pinned.major < oldMajor) return pinned;
  return loadsEsm(manifest) ? lastForEsm : own;
}

const lastForEsm: NodeVersion = { major: 20, why: 'the package esm fails on newer ones' };

/** Whether a script has Node load modules by the package `esm`, as was usual before Node could. */
function loadsEsm({ scripts, dependencies, devDependencies }: PackageJson): boolean {
  if (!('esm' in { ...dependencies, ...devDependencies })) return false;
  return Object.values(scripts).some((script) => /(^|\s)(-r|--require)[ =]["']?esm(?![\w-])/.test(script));
}

/** Another version that may do where the first does not; null where there is none. */
export async function findOtherVersion(
  files: RepositoryFiles,
  manifest: PackageJson,
): Promise<NodeVersion | null> {
  const first = await findNodeVersion(files, manifest);
  const pinned = await findPinnedVersion(files, manifest);
  const ofItsTime = { major: newestAt(await files.committedAt()), why: 'it was the newest at the time' };
  const others = [
    pinned,
    ...(ofItsTime.major < 20 ? [ofItsTime] : []),
    ...(newestIn(manifest.engines.node ?? '*') === ownMajor ? [own] : []),
  ];
  return others.find((other) => other !== null && other.major !== first.major) ?? null;
}

/** The version that the repository's people use, where they say so and it is not the image's own. */
export async function findPinnedVersion(
  files: RepositoryFiles,
  manifest: PackageJson,
): Promise<NodeVersion | null> {
  for (const path of ['.nvmrc', '.node-version', '.tool-versions']) {
    const major = pinnedIn((await files.read(path)) ?? '');
    if (major !== null) return major === ownMajor ? null : { major, why: `${path} names it` };
  }
  const volta = majorOf(manifest.volta?.node ?? '');
  if (volta !== null) return volta === ownMajor ? null : { major: volta, why: 'volta is to use it' };
  const tested = await newestInCi(files);
  return tested === null || tested >= ownMajor
    ? null
    : { major: tested, why: 'it is the newest that CI uses' };
}

/** The image's own where the range allows it or cannot be read, else the one that most likely is meant. */
function newestIn(range: string): number {
  if (semver.validRange(range) === null) return ownMajor;
  return [ownMajor, ...otherMajors].find((major) => semver.intersects(range, `${major}.x`)) ?? ownMajor;
}

function pinnedIn(text: string): number | null {
  const line = text
    .split('\n')
    .map((each) => each.replace(/#.*/, '').trim())
    .find((each) => /^(v?\d|lts\/|(nodejs|node) +v?\d)/i.test(each));
  const name = /^lts\/(\w+)/i.exec(line ?? '')?.[1]?.toLowerCase();
  if (name !== undefined) return codeNames[name] ?? null;
  return majorOf(line?.replace(/^\w+ +/, '') ?? '');
}
