import { posix } from 'node:path';
import { testNames } from '../../text/test-names.ts';
import { isBelow } from '../directories.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import type { Crate } from './cargo-workspace.ts';

const maximumFiles = 3000;

/** Features that need another compiler, another machine or the world outside, or that tests are not about. */
const special =
  /(^|[-_])(unstable|nightly|no[-_]?std|bench(marks?|es)?|fuzz(ing)?|loom|shuttle|miri|wasm\w*|js|simd|cuda|gpu|debugger\w*|integration|e2e|network|online|docker)([-_]|$)/i;

/** By crate, the features that are off by default and that tests of it are built with alone. */
export async function testFeatures(
  files: RepositoryFiles,
  crates: readonly Crate[],
): Promise<Map<Crate, string[]>> {
  if (crates.every(({ features }) => features.size === 0)) return new Map();
  const paths = (await files.paths()).filter((path) => path.endsWith('.rs')).slice(0, maximumFiles);
  const sources = Map.groupBy(await files.readAll(paths), ([path]) => crateOf(path, crates));
  return new Map(crates.map((crate) => [crate, neededBy(crate, new Map(sources.get(crate) ?? []))]));
}

function crateOf(path: string, crates: readonly Crate[]): Crate | null {
  const holds = ({ directory }: Crate) => isBelow(directory, path);
  return crates.filter(holds).toSorted((a, b) => b.directory.length - a.directory.length)[0] ?? null;
}

function neededBy(crate: Crate, texts: ReadonlyMap<string, string>): string[] {
  const gated = [...texts].flatMap(([path, text]) => gatedModules(path, text));
  const tests = [...texts].filter(([path, text]) => testNames(path, text) !== null);
  const needed = tests.flatMap(([path, text]) => [
    ...[...text.matchAll(/^\s*#!\[cfg\((.*)\)\]/gm)].flatMap(([, condition = '']) => featuresIn(condition)),
    ...gatedTests(text),
    ...gated.filter(({ module }) => isIn(module, path)).flatMap(({ features }) => features),
  ]);
  const refused = tests.flatMap(([, text]) =>
    [...text.matchAll(/^\s*#!\[cfg\(not\(feature\s*=\s*"([^"]+)"\)\)\]/gm)].map(([, name]) => name),
  );
  const all = new Set([...crate.required, ...needed]);
  return [...all]
    .filter((name) => crate.features.has(name) && !special.test(name) && !refused.includes(name))
    .sort();
}

/** What must be on for a condition to hold: of alternatives the first. */
function featuresIn(condition: string): string[] {
  const positive = condition.replace(/\bnot\((?:[^()]|\([^()]*\))*\)/g, '');
  const names = [...positive.matchAll(/\bfeature\s*=\s*"([^"]+)"/g)].map((match) => match[1] as string);
  return /^\s*any\(/.test(positive) ? names.slice(0, 1) : names;
}

const attributes = /((?:#\[(?:[^[\]]|\[[^[\]]*\])*\]\s*(?:\/\/[^\n]*\n\s*)*)+)/;
const item = /(?:pub(?:\([^)]*\))?\s+)?/;
const moduleFile = new RegExp(`${attributes.source}${item.source}mod\\s+(\\w+)\\s*;`, 'g');
const testItem = new RegExp(`${attributes.source}${item.source}(?:async\\s+)?(?:fn|mod)\\s+\\w+`, 'g');

function conditionsIn(cluster: string): string[] {
  return [...cluster.matchAll(/#\[cfg\((.*)\)\]/g)].map(([, condition = '']) => condition);
}

/** `#[cfg(feature = "a")] mod b;`: the module's path without its end, with what it needs. */
function gatedModules(path: string, text: string): { module: string; features: string[] }[] {
  return [...text.matchAll(moduleFile)].flatMap(([, cluster = '', name = '']) => {
    const features = conditionsIn(cluster).flatMap(featuresIn);
    if (features.length === 0) return [];
    const explicit = /#\[path\s*=\s*"([^"]+)"\]/.exec(cluster)?.[1]?.replace(/\.rs$/, '');
    return [{ module: explicit === undefined ? modulePath(path, name) : beside(path, explicit), features }];
  });
}

const beside = (path: string, name: string) => posix.join(posix.dirname(path), name);

function modulePath(path: string, name: string): string {
  const isRoot = /(^|\/)((mod|lib|main)\.rs|(tests|benches|examples|bin)\/[^/]+\.rs)$/.test(path);
  return isRoot ? beside(path, name) : posix.join(path.replace(/\.rs$/, ''), name);
}

function isIn(module: string, path: string): boolean {
  return path === `${module}.rs` || path.startsWith(`${module}/`);
}

/** Features that single tests and modules of tests are built with alone. */
function gatedTests(text: string): string[] {
  return [...text.matchAll(testItem)].flatMap(([, cluster = '']) => {
    const conditions = conditionsIn(cluster);
    const isTest =
      /#\[(\w+::)*test\b/.test(cluster) || conditions.some((one) => /\btest\b(?!\s*=)/.test(one));
    return isTest ? conditions.flatMap(featuresIn) : [];
  });
}
