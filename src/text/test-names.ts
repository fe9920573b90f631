import { posix } from 'node:path';
import { isTestPath } from './test-paths.ts';

const javascript =
  /(?<![\w$.])(?:(?:tap|t|QUnit)\.test|it|test|suite|describe|context|specify)(?:\.\w+)*\s*(?:\(\s*(?:(['"`])(?<name>.*?)\1)?|`)/g;
const cpp =
  /\b(?:TEST(?:_[FP])?|TYPED_TEST|TEST_CASE|SCENARIO|BOOST_(?:AUTO|FIXTURE|DATA)_TEST_CASE|START_TEST)\s*\(\s*"?(?:\w+\s*,\s*)?(?<name>[^",)]+)/g;
const java =
  /@(?:Test|ParameterizedTest|RepeatedTest|TestFactory|Property)\b[^{;]*?\b(?<name>\w+)\s*\(|class\s+(?<type>\w+)\s+extends\s+\w*TestCase/g;

/** How each language defines a test, with its name where it is written out. */
const definitions: Readonly<Record<string, { test: RegExp; anywhere?: true }>> = {
  ...Object.fromEntries(
    ['js', 'mjs', 'cjs', 'jsx', 'ts', 'mts', 'cts', 'tsx'].map((name) => [name, { test: javascript }]),
  ),
  py: { test: /^[ \t]*(?:async )?def (?<name>test\w*)|^class (?<type>\w+)\([\w.]*TestCase\)/gm },
  go: { test: /^func (?<name>(?:Test|Example|Fuzz)\w*)\(/gm },
  rs: { test: /#\[(?:\w+::)*test\b[^\]]*\](?:\s*#\[[^\]]*\])*[^{;]*?\bfn (?<name>\w+)/g, anywhere: true },
  java: { test: java },
  kt: { test: java },
  ...Object.fromEntries(['c', 'cc', 'cpp', 'cxx'].map((name) => [name, { test: cpp }])),
};

const data =
  /(^|\/)((__)?fixtures?(__)?|testdata|test-data|node_modules|vendor|third_party|snapshots?|examples?|(googletest|googlemock|gtest|unity|catch2)(-[\d.]+)?)\/|\.d\.[cm]?ts$|[.-](test|spec)-d\.[cm]?tsx?$|\.bench\.[cm]?[jt]sx?$/i;

/** Whether a file may hold tests, by its path alone. */
export function mayHoldTests(path: string): boolean {
  const language = definitions[posix.extname(path).slice(1)];
  return language !== undefined && !data.test(path) && (language.anywhere === true || isTestPath(path));
}

/** The names of the tests that a file defines, as far as they are written out; null when it defines none. */
export function testNames(path: string, text: string): string[] | null {
  const language = definitions[posix.extname(path).slice(1)];
  if (language === undefined) return null;
  const found = [...text.matchAll(language.test)];
  if (found.length === 0) return null;
  return found.flatMap(({ groups }) => groups?.name?.trim() || groups?.type || []);
}
