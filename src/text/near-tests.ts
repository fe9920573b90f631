import { posix } from 'node:path';
import type { Package } from '../core/packages.ts';
import { mayHoldTests } from './test-names.ts';

const most = 30;
/** A selection becomes words of one command. */
const mostOfPackages = 300;
/** Beyond this share of all tests they are no part of the suite worth the name. */
const mostShare = 0.8;
const testDirectories = /(^|\/)(tests?|__tests__|specs?|testing)(?=\/|$)/gi;

/** The test files near some sources, the nearest first: those of their names, then those beside them. */
export function nearTests(sources: readonly string[], paths: readonly string[]): string[] {
  const tests = paths.filter(mayHoldTests);
  const stems = new Set(sources.map(stemOf));
  const places = new Set(sources.map((path) => placeOf(path)));
  const ofName = tests.filter((path) => stems.has(stemOf(path)));
  const beside = tests.filter((path) => places.has(placeOf(path)));
  const nearest = (found: readonly string[]) => [...found].sort((a, b) => closeness(b) - closeness(a));
  const closeness = (path: string) => Math.max(...sources.map((source) => shared(source, path)));
  return [...new Set([...nearest(ofName), ...nearest(beside)])].slice(0, most);
}

/**
 * The test files of the packages that some sources belong to, then those of the packages that depend on these. None in
 * a repository that is one package, or where these are nearly all.
 */
export function packageTests(
  sources: readonly string[],
  packages: readonly Package[],
  paths: readonly string[],
): string[] {
  if (packages.length < 2) return [];
  const ownerOf = ownerAmong(packages.map(({ directory }) => directory));
  const touched = new Set(sources.map(ownerOf));
  for (const directory of touched)
    for (const { directory: other, needs } of packages)
      if (needs.includes(directory ?? '')) touched.add(other);
  const all = paths.filter(mayHoldTests);
  const tests = Map.groupBy(all, ownerOf);
  const found = [...touched].flatMap((directory) => tests.get(directory) ?? []);
  return found.length > all.length * mostShare ? [] : found.slice(0, mostOfPackages);
}

/** Finds the innermost of some directories that holds a path. */
function ownerAmong(directories: readonly string[]): (path: string) => string | undefined {
  const innermost = directories.toSorted((a, b) => b.length - a.length);
  return (path) => innermost.find((directory) => directory === '' || path.startsWith(`${directory}/`));
}

/** `parser` of `src/parser.ts`, `test/parser.test.ts`, `test_parser.py`, `parser_test.go` and `ParserTest.java`. */
function stemOf(path: string): string {
  return posix
    .basename(path)
    .replace(/\..*$/, '')
    .toLowerCase()
    .replace(/^tests?[_-]|[_-]?(tests?|spec)$/g, '');
}

/** The directory, without what tells tests from sources: `src/a` and `test/a`, `a` and `a/tests` are the same. */
function placeOf(path: string): string {
  const directory = posix
    .dirname(path)
    .replace(testDirectories, '')
    .replace(/(^|\/)(src|lib|main)(?=\/|$)/g, '');
  return posix.join('/', directory);
}

function shared(a: string, b: string): number {
  const [one, other] = [a.split('/'), b.split('/')];
  const at = one.findIndex((part, index) => part !== other[index]);
  return at < 0 ? one.length : at;
}
