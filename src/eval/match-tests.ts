import type { TestResult, TestRun } from '../core/tests.ts';

/** The results that a test's name in some list stands for; none when the run has no such test. */
export type FindTests = (name: string) => readonly TestResult[];

/**
 * Finds tests by names that other harnesses gave them. The nearest reading wins: the same name; the same but for
 * separators, white space and times; without the file; as a dotted name, in the form of unittest or without its
 * module; a file, or a group, for all tests in it. A name that fits several stands for all of them.
 */
export function createTestFinder(run: TestRun): FindTests {
  const tests = [...run.tests.values()];
  const readings: ((name: string) => TestResult[])[] = [
    (name) => [run.tests.get(name)].filter((test) => test !== undefined),
    lookUp(tests, ({ id }) => [plain(id)], plain),
    byNameInFile(tests),
    byDottedName(tests),
    lookUp(
      tests,
      ({ file }) => (file === null ? [] : [file]),
      (name) => name,
    ),
    byBeginning(tests),
  ];
  return (name) => {
    for (const read of readings) {
      const found = read(name);
      if (found.length > 0) return found;
    }
    return [];
  };
}

/** The file that a name begins with, if it does. */
export function fileIn(name: string): string | null {
  return /^(\S+\.\w+)(?: [>›»-] |::|$)/.exec(name)?.[1] ?? null;
}

function lookUp(
  tests: readonly TestResult[],
  keysOf: (test: TestResult) => string[],
  keyOf: (name: string) => string,
): (name: string) => TestResult[] {
  const index = new Map<string, TestResult[]>();
  for (const test of tests) for (const key of keysOf(test)) index.set(key, [...(index.get(key) ?? []), test]);
  return (name) => index.get(keyOf(name)) ?? [];
}

/** Without separators, times and superfluous white space. */
function plain(name: string): string {
  return name
    .replace(/\s*[([]\d+(\.\d+)? ?m?s(ec)?[)\]]$/, '')
    .replace(/ [>›»] |::/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function plainInFile(id: string, file: string | null): string {
  return plain(file !== null && id.startsWith(file) ? id.slice(file.length) : id);
}

/** Lists and runners differ in whether they name the file; where both do, it is the same one. */
function byNameInFile(tests: readonly TestResult[]): (name: string) => TestResult[] {
  const find = lookUp(
    tests,
    ({ id, file }) => [plainInFile(id, file)],
    (name) => name,
  );
  return (name) => {
    const file = fileIn(name);
    const key = plainInFile(name, file);
    if (key === '') return [];
    return find(key).filter((test) => file === null || test.file === null || test.file === file);
  };
}

/** `test_x (module.Class)`, `module.Class.test_x` and `test_x` of Python, `Class#test` of Java, `TestX/part` of Go. */
function byDottedName(tests: readonly TestResult[]): (name: string) => TestResult[] {
  const dotted = tests.flatMap((test) => {
    const name = dottedName(test.id);
    return name === null ? [] : [{ name, test }];
  });
  const byLast = Map.groupBy(dotted, ({ name }) => lastOf(name));
  return (name) => {
    const wanted = dottedName(name);
    if (wanted === null) return [];
    return (byLast.get(lastOf(wanted)) ?? [])
      .filter((one) => isEndOf(one.name, wanted) || isEndOf(wanted, one.name))
      .map(({ test }) => test);
  };
}

function dottedName(name: string): string | null {
  const unittest = /^(\w+) \(([\w.]+)\)$/.exec(name);
  if (unittest !== null) {
    const [, test = '', owner = ''] = unittest;
    return isEndOf(test, owner) ? owner : `${owner}.${test}`;
  }
  const [, path = '', parameters = ''] = /^([^[]*)(\[.*)?$/s.exec(name) ?? [];
  const joined = path.replace(/\.py(?=::|$)/, '').replaceAll(/::|\/|#| > /g, '.');
  return /^[\w.$-]+$/.test(joined) ? joined + parameters : null;
}

/** Without the parameters, in which there may be dots. */
function lastOf(dotted: string): string {
  return /[^.[]*(?=\[|$)/.exec(dotted.slice(dotted.replace(/\[.*/s, '').lastIndexOf('.') + 1))?.[0] ?? '';
}

function isEndOf(end: string, whole: string): boolean {
  return whole === end || whole.endsWith(`.${end}`);
}

/** A group for the tests in it, and names of which a list kept only what stands before a blank: `test_x[a`. */
function byBeginning(tests: readonly TestResult[]): (name: string) => TestResult[] {
  const names = tests.map((test) => ({ test, name: plain(test.id) }));
  return (name) => {
    const start = plain(name);
    const isCut = /\[[^\]]*$/.test(start);
    return names.filter((one) => one.name.startsWith(isCut ? start : `${start} `)).map(({ test }) => test);
  };
}
