import type { ChangedText } from './changed-text.ts';
import type { Weakening } from './compare-tests.ts';
import { without } from './reading/words.ts';

/** Where a function begins, with its name, in languages that are read line by line. */
const functions: Readonly<Record<string, RegExp>> = {
  go: /^func (?:\([^)]*\) *)?(\w+)/,
  rs: /^\s*(?:pub(?:\([^)]*\))? )?(?:async )?fn (\w+)/,
  java: /^\s*(?:(?:public|protected|private|static|final|abstract|synchronized) )*(?!.*\b(?:new|return|else|throw)\b)[\w<>[\],.? ]+ (\w+)\([^;]*\{\s*$/,
  kt: /^\s*(?:(?:override|private|internal) )*fun (\w+|`[^`]+`)/,
  ...Object.fromEntries(
    ['c', 'cc', 'cpp', 'cxx'].map((name) => [
      name,
      /^\s*(?:TEST\w*|SCENARIO|START_TEST|BOOST_\w*TEST_CASE)\s*\((.*?)\)?\s*\{?$/,
    ]),
  ),
};

const asserts =
  /\b(assert\w*!?|t\.(Error|Fatal|Fail)\w*|(require|assert|is)\.\w+|expect\w*|(EXPECT|ASSERT|CHECK|REQUIRE|BOOST_(CHECK|TEST|REQUIRE)|ck_assert)\w*|verify|fail)\s*[(<{]/;

/**
 * Assertions that went from a test function to which no other line came, and that came to no other place: whatever else
 * such a change is, it is weaker. Where lines came too, only the runs tell.
 */
export function findRemovedAssertions(files: ReadonlyMap<string, ChangedText>): Weakening[] {
  const read = [...files].flatMap(([path, { before, after }]) => {
    const start = functions[path.split('.').at(-1) ?? ''];
    if (start === undefined || before === null) return [];
    return [{ path, old: linesByFunction(before, start), now: linesByFunction(after ?? '', start) }];
  });
  const came = read.flatMap(({ old, now }) =>
    [...now].flatMap(([title, lines]) => without(lines, old.get(title) ?? [])),
  );
  return read.flatMap(({ path, old, now }) =>
    [...old].flatMap(([title, lines]) => {
      const left = now.get(title);
      if (left === undefined || without(left, lines).length > 0) return [];
      const gone = without(without(lines, left), came).filter((line) => asserts.test(line));
      return gone.map((line): Weakening => {
        const what = `removes the assertion \`${line.slice(0, 120)}\``;
        return { path, kind: 'removes', title, what };
      });
    }),
  );
}

/** The lines of each function, without comments. */
function linesByFunction(text: string, start: RegExp): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let lines: string[] = [];
  for (const raw of text.replace(/\/\*[\s\S]*?\*\//g, '').split('\n')) {
    const line = raw.replace(/(^|\s)\/\/.*$/, '').trim();
    const name = start.exec(raw)?.[1];
    if (name !== undefined) {
      lines = found.get(name) ?? [];
      found.set(name, lines);
    } else if (line !== '') lines.push(line);
  }
  return found;
}
