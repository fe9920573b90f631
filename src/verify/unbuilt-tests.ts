import type { ChangedText } from './changed-text.ts';
import { without } from './reading/words.ts';
import type { Tampering } from './tampering.ts';

const buildFile =
  /(^|\/)(CMakeLists\.txt|[^/]+\.cmake|(GNU)?[Mm]akefile(\.(am|in))?|meson\.build|BUILD(\.bazel)?)$/;

/** What makes tests part of a build, with their names where it has some. */
const makesTests = [
  /\badd_test\s*\(\s*(?:NAME\s+)?([^\s)]+)/g,
  /\b(?:gtest|catch|doctest)_(?:discover|add)_tests\s*\(\s*([^\s)]+)/gi,
  /\b(enable_testing|include\s*\(\s*CTest)\b/gi,
  /^(?:\s*(?:X?TESTS|check_PROGRAMS)\s*[+:?]?=\s*)(.+)$/gm,
  /^(check|test)\s*:(?!=)/gm,
  /^\s*test\s*\(\s*(['"][^'"]+['"])/gm,
];
const switchesOff = [/^.*\b(DISABLED|WILL_FAIL|SKIP_RETURN_CODE|XFAIL_TESTS|should_fail)\b/gm];

/** Tests that a change takes out of the build, or that it lets fail, by the lines that name them; not those that moved. */
export function findUnbuiltTests(files: ReadonlyMap<string, ChangedText>): Tampering[] {
  const builds = [...files].filter(([path]) => buildFile.test(path));
  const now = new Set(builds.flatMap(([, { after }]) => namesIn(after, makesTests)));
  return builds.flatMap(([path, text]) => unbuiltIn(path, text, now));
}

function unbuiltIn(path: string, { before, after }: ChangedText, now: ReadonlySet<string>): Tampering[] {
  const names = without(namesIn(before, makesTests), namesIn(after, makesTests));
  const lost = names.filter((name) => !now.has(name));
  const off = without(namesIn(after, switchesOff), namesIn(before, switchesOff));
  return [
    ...(lost.length === 0
      ? []
      : [{ path, what: `takes tests out of the build: ${lost.slice(0, 5).join(', ')}` }]),
    ...(off.length === 0
      ? []
      : [{ path, what: `lets tests be skipped or fail: ${off.slice(0, 5).join(', ')}` }]),
  ];
}

function namesIn(text: string | null, wanted: readonly RegExp[]): string[] {
  const plain = (text ?? '').replace(/\\\n/g, ' ').replace(/(^|\s)#.*$/gm, '');
  return wanted.flatMap((one) =>
    [...plain.matchAll(one)].flatMap(([, names = '']) => names.trim().split(/\s+/)),
  );
}
