import { describe, expect, it } from 'vitest';
import { directoryOf, inDirectory, isBelow, joinDirectory } from '../../src/environment/directories.ts';

describe('a directory', () => {
  it.each([
    [['packages', 'a'], 'packages/a'],
    [['', './packages//a/'], 'packages/a'],
    [['', './'], ''],
    [['', '.'], ''],
    [['packages/a', '..'], 'packages'],
    [['packages', '..'], ''],
    [['', ''], ''],
    [['', '.github'], '.github'],
    [['', '../b'], '../b'],
    [['', '/tmp/'], '/tmp'],
    [['', '/'], '/'],
  ])('of the parts %j is called %j', (parts, name) => {
    expect(joinDirectory(...parts)).toBe(name);
  });

  it('that holds a file at the root has no name', () => {
    expect(['a.ts', 'src/a.ts', 'src/b/a.ts'].map(directoryOf)).toEqual(['', 'src', 'src/b']);
  });

  it('holds what lies below it, and not what only begins like it', () => {
    expect(isBelow('src', 'src/a.ts')).toBe(true);
    expect(isBelow('src', 'src-old/a.ts')).toBe(false);
    expect(isBelow('', 'a.ts')).toBe(true);
  });
});

it('enters a directory for a command, but not the root, where it is', () => {
  expect(inDirectory('a b', 'make')).toBe("cd 'a b' && make");
  expect(inDirectory('', 'make')).toBe('make');
});
