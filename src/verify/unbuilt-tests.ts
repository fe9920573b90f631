import type { ChangedText } from './changed-text.ts';
import { without, wordsOf } from './reading/words.ts';
import type { Tampering } from './tampering.ts';

const buildFile =
  /(^|\/)(CMakeLists\.txt|[^/]+\.cmake|(GNU)?[Mm]akefile(\.(am|in))?|meson\.build|BUILD(\.bazel)?)$/;

/** Lines that make tests part of a build. */
const makesTests =
  /\b(add_test|enable_testing|(gtest|catch|doctest)_(discover|add)_tests|include\s*\(\s*CTest|check_PROGRAMS|cc_test)\b|\bTESTS\s*[+:?]?=|^(check|test)\s*:(?!=)|^\s*test\s*\(/;
const switchesOff = /\b(DISABLED|WILL_FAIL|SKIP_RETURN_CODE|XFAIL_TESTS|should_fail)\b/;

/** Tests that a change takes out of a build, or that it lets fail, by the lines that name them. */
export function findUnbuiltTests(path: string, { before, after }: ChangedText): Tampering[] {
  if (!buildFile.test(path)) return [];
  const lost = without(namesIn(before, makesTests), namesIn(after, makesTests));
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

function namesIn(text: string | null, wanted: RegExp): string[] {
  const lines = (text ?? '').replace(/\\\n/g, ' ').split('\n');
  return lines.filter((line) => !/^\s*#/.test(line) && wanted.test(line)).flatMap(wordsOf);
}
