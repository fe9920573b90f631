import { diffLines } from 'diff';

/** How much an assertion holds, by its words: the first that matches counts. */
const strengths: readonly { words: RegExp; strength: number }[] = [
  { words: /\b(expect|assert|ok)\w*\(\s*(true|1)\s*\)|assert True\b|\.pass\(/, strength: 0 },
  { words: /expect\.any|anything\(\)/, strength: 1 },
  {
    words:
      /\b(toBeTruthy|toBeDefined|toBeFalsy|not\.toBeUndefined|not\.toBeNull|assertTrue|assertIsNotNone|truthy|notThrows?|doesNotThrow|exist)\b/,
    strength: 1,
  },
  { words: /\b(assert\.ok|t\.ok|\.ok)\(|\bassert\((?!.*===?)/, strength: 1 },
  {
    words:
      /\b(toContain|toMatch|toMatchObject|toHaveLength|toHaveProperty|toBeCloseTo|toBeGreater\w*|toBeLess\w*|toBeInstanceOf|includes?|match|assertIn|assertRegex|contains?|closeTo|property|instanceof|an?)\b/,
    strength: 2,
  },
];
const exact = 3;
const assertion =
  /\b(expect|assert\w*|should|t\.\w+|test\.\w+|chai|sinon\.assert|self\.(assert|fail)\w*|pytest\.(raises|approx))\b.*[(\s]|\bis\(|\bequal\(|\.should\b/;
const disabled =
  /\b(it|test|describe|suite|context)\.(skip|only|todo|failing)\b|\b(xit|xdescribe|xtest|fit|fdescribe)\(|@(pytest\.mark\.(skip|xfail)|unittest\.(skip|expectedFailure)|Ignore|Disabled)|\bt\.skip\(|\bpytest\.skip\(/;

/**
 * What a changed test file asserts less than before, line by line: assertions that went without one of the same
 * strength in their place, tests switched off or singled out. Moved lines do not count, nor do changed values.
 */
export function findWeakerLines(before: string, after: string): string[] {
  const parts = diffLines(normalise(before), normalise(after));
  const linesOf = (kind: 'added' | 'removed') =>
    parts.filter((part) => part[kind]).flatMap((part) => lines(part.value));
  const addedAnywhere = new Set(linesOf('added'));
  const removedAnywhere = new Set(linesOf('removed'));
  const found: string[] = [];
  for (const line of addedAnywhere) {
    if (disabled.test(line) && !removedAnywhere.has(line))
      found.push(`switches tests off: \`${shorten(line)}\``);
  }
  for (const [index, part] of parts.entries()) {
    if (!part.removed) continue;
    const next = parts[index + 1];
    const removed = lines(part.value).filter((line) => isAssertion(line) && !addedAnywhere.has(line));
    const added = next?.added
      ? lines(next.value).filter((line) => isAssertion(line) && !removedAnywhere.has(line))
      : [];
    found.push(...weaker(removed, added));
  }
  return found;
}

function weaker(removed: readonly string[], added: readonly string[]): string[] {
  const left = added.map((line) => ({ line, strength: strengthOf(line) }));
  return removed.flatMap((line) => {
    const strength = strengthOf(line);
    const enough = left.findIndex((candidate) => candidate.strength >= strength);
    if (enough >= 0) {
      left.splice(enough, 1);
      return [];
    }
    const instead = left.shift();
    if (instead === undefined) return [`removes the assertion \`${shorten(line)}\``];
    return [`loosens an assertion: \`${shorten(line)}\` became \`${shorten(instead.line)}\``];
  });
}

function strengthOf(line: string): number {
  return strengths.find(({ words }) => words.test(line))?.strength ?? exact;
}

function isAssertion(line: string): boolean {
  return assertion.test(line) && !/^(\/\/|#|\*|\/\*|import\b|const .*require\()/.test(line);
}

function normalise(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/[ \t]+/g, ' ');
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function shorten(line: string): string {
  return line.length <= 120 ? line : `${line.slice(0, 117)}...`;
}
