import { describe, expect, it } from 'vitest';
import type { Changes, FileChange } from '../../src/core/changes.ts';
import type { TestRun } from '../../src/core/tests.ts';
import { splitChange } from '../../src/verify/split-change.ts';

const file = (text: string): FileChange => ({ kind: 'file', executable: false, bytes: Buffer.from(text) });

/** A run that saw a test in each of these files. */
const runOf = (files: readonly string[]): TestRun => ({
  tests: new Map(files.map((path) => [path, { id: path, file: path, status: 'passed' }])),
  seconds: 1,
  problem: null,
  cutShort: false,
  output: '',
});

/** Each half as texts, by path; `seen` are the files that the runs saw tests in. */
function split(
  files: Record<string, { before: string | null; after: string | null }>,
  seen: readonly string[] = [],
) {
  const changes: Changes = new Map(
    Object.entries(files).map(([path, { after }]) => [
      path,
      after === null ? { kind: 'deleted' } : file(after),
    ]),
  );
  const { tests, source, testTexts } = splitChange(changes, new Map(Object.entries(files)), [runOf(seen)]);
  const textsOf = (half: Changes) =>
    Object.fromEntries(
      [...half].map(([path, one]) => [path, one.kind === 'file' ? one.bytes.toString() : one.kind]),
    );
  return { tests: textsOf(tests), source: textsOf(source), testTexts: Object.fromEntries(testTexts) };
}

const code = (body: string) => `/// Adds.\npub fn add(a: i32, b: i32) -> i32 {\n    ${body}\n}\n`;
const module = (body: string) => `#[cfg(test)]\nmod tests {\n    use super::*;\n\n    ${body}\n}`;
const [oldTest, newTest] = [module('#[test] fn old() {}'), module(`#[test] fn new() { let c = '}'; "{"; }`)];

describe('a change', () => {
  it('is split by path', () => {
    const both = { before: 'old', after: 'new' };
    const { tests, source } = split({
      'src/a.js': both,
      'test/a.js': both,
      'tests/it.rs': both,
      'src/b.rs': both,
    });
    expect(Object.keys(tests)).toEqual(['test/a.js', 'tests/it.rs']);
    expect(Object.keys(source)).toEqual(['src/a.js', 'src/b.rs']);
  });

  it('has a file called test.ts among its tests where tests were seen to be in it', () => {
    const both = { before: 'old', after: 'new' };
    const files = { 'src/add/index.ts': both, 'src/add/test.ts': both, 'src/commands/test.ts': both };
    const { tests, source, testTexts } = split(files, ['src/add/index.ts', 'src/add/test.ts']);
    expect(Object.keys(tests)).toEqual(['src/add/test.ts']);
    expect(Object.keys(testTexts)).toEqual(['src/add/test.ts']);
    expect(Object.keys(source)).toEqual(['src/add/index.ts', 'src/commands/test.ts']);
  });
});

describe('a file of Rust that holds its own tests', () => {
  it('is split within: new tests go with the old source, old tests with the new', () => {
    const before = `${code('a - b')}\n${oldTest}\n`;
    const after = `${code('a + b')}\n${newTest}\n`;
    expect(split({ 'src/lib.rs': { before, after } })).toEqual({
      tests: { 'src/lib.rs': `${code('a - b')}\n${newTest}\n\n` },
      source: { 'src/lib.rs': `${code('a + b')}\n${oldTest}\n\n` },
      testTexts: { 'src/lib.rs': { before: `${oldTest}\n\n`, after: `${newTest}\n\n` } },
    });
  });

  it('takes every item along that is compiled for tests alone, and no other', () => {
    const aside = [
      '#[cfg(test)]\nuse std::fmt::Debug;',
      '#[cfg(all(test, unix))]\nfn helper() {}',
      '#[test]\nfn t() {}',
    ];
    const stays = [
      '#[cfg(not(test))]\nfn a() {}',
      '#[cfg(any(test, unix))]\nfn b() {}',
      '#[derive(Debug)]\nstruct C;',
    ];
    const after = [...aside, ...stays].join('\n');
    const { tests, source } = split({ 'src/lib.rs': { before: 'fn base() {}', after } });
    for (const item of aside) expect(tests['src/lib.rs']).toContain(item);
    for (const item of stays) expect(source['src/lib.rs']).toContain(item);
    expect(tests['src/lib.rs']).toContain('fn base');
    for (const item of stays) expect(tests['src/lib.rs']).not.toContain(item);
  });

  it('is of the tests’ side alone when nothing else in it changes', () => {
    const { tests, source } = split({
      'src/lib.rs': { before: `${code('a + b')}\n${oldTest}\n`, after: `${code('a + b')}\n${newTest}\n` },
    });
    expect(Object.keys(tests)).toEqual(['src/lib.rs']);
    expect(source).toEqual({});
  });

  it.each<[string, string | null, string | null]>([
    ['its tests are as they were', `${code('a - b')}\n${oldTest}`, `${code('a + b')}\n${oldTest}`],
    ['it cannot be parsed', code('a - b'), `${code('a + b')} } }\n${newTest}`],
    ['it is new', null, `${code('a + b')}\n${newTest}`],
    ['it is deleted', `${code('a - b')}\n${oldTest}`, null],
  ])('stays whole with the source when %s', (_what, before, after) => {
    const { tests, source } = split({ 'src/lib.rs': { before, after } });
    expect(tests).toEqual({});
    expect(source).toEqual({ 'src/lib.rs': after ?? 'deleted' });
  });
});
