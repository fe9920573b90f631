import { describe, expect, it } from 'vitest';
import { importCandidates, relativeImports } from '../../src/text/imports.ts';

describe('relativeImports', () => {
  it.each<[string, string[]]>([
    [`import a from './a.js'`, ['./a.js']],
    [`import { a,\n  b } from "../b";`, ['../b']],
    [`import './side-effect.js';`, ['./side-effect.js']],
    [`import type { A } from './types.ts'`, ['./types.ts']],
    [`export * from './c'`, ['./c']],
    [`export { d } from '../../d.mjs'`, ['../../d.mjs']],
    [`const e = require('./e')`, ['./e']],
    [`const f = await import('./f.js')`, ['./f.js']],
    [`require( "./g" )`, ['./g']],
    [`const h = require('.')`, ['.']],
    [`const i = require('..')`, ['..']],
    [`import{a}from"./minified.js";import"./too.js"`, ['./minified.js', './too.js']],
    [`import a from 'package'; require('node:fs'); import('/absolute.js')`, []],
    [`Array.from('./no')`, []],
    [`fs.readFile('./data.json')`, []],
    ['', []],
    [`import a from './a'\nimport b from './b'\nrequire('./a')`, ['./a', './b', './a']],
  ])('finds in %j what it loads', (source, expected) => {
    expect([...relativeImports(source)]).toEqual(expected);
  });
});

describe('importCandidates', () => {
  it.each([
    ['test/a.test.js', '../src/x.js', 'src/x.js'],
    ['test/a.test.js', '../src/x', 'src/x.js'],
    ['test/a.test.ts', '../src/x.js', 'src/x.ts'],
    ['test/a.test.ts', '../src/x.mjs', 'src/x.mts'],
    ['test/a.test.ts', '../src/x.jsx', 'src/x.tsx'],
    ['test/a.test.ts', '../src/x', 'src/x/index.ts'],
    ['test/a.test.ts', '../src/x/', 'src/x/index.ts'],
    ['test/a.test.ts', '../src/types', 'src/types.d.ts'],
    ['test/a.test.ts', './data.json', 'test/data.json'],
    ['test/a.test.ts', './helper.js?raw', 'test/helper.js'],
    ['test/deep/a.js', '../../lib', 'lib/package.json'],
    ['test/deep/a.js', '../../lib', 'lib.cjs'],
    ['a.test.js', './a.js', 'a.js'],
    ['a.test.js', '.', 'index.js'],
    ['a.test.js', './', 'index.js'],
    ['test/a.js', '..', 'index.js'],
    ['test/a.js', '../', 'index.ts'],
    ['test/a.js', '..', 'package.json'],
    ['test/a.js', '.', 'test/index.js'],
    ['test/deep/a.js', '..', 'test/index.js'],
    ['a.test.js', './jquery.min', 'jquery.min.js'],
  ])('in %s %s can mean %s', (importer, target, candidate) => {
    expect(importCandidates(importer, target)).toContain(candidate);
  });

  it('tries the path as it is written first', () => {
    expect(importCandidates('test/a.js', '../src/x.js')[0]).toBe('src/x.js');
  });
});
