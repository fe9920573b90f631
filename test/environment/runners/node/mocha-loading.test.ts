import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

/** As much of mocha as loads files: all in one go, where the first that fails ends it. */
const mocha = (load: string) => `
module.exports = class Mocha {
  files = ['a.js', 'b.js', 'c.js'].map((name) => process.cwd() + '/' + name);
  suite = { tests: [], addTest(test) { this.tests.push(test); } };
  ${load}
};
module.exports.Test = class { constructor(title, run) { Object.assign(this, { title, run }); } };
`;
const inOneGo = 'loadFiles() { for (const file of this.files) require(file); }';
const asModules = 'async loadFilesAsync() { for (const file of this.files) await import(file); }';

const main = `
require(${JSON.stringify(join(import.meta.dirname, '../../../../sandbox/reporters/mocha-loading.cjs'))});
const mocha = new (require('mocha'))();
Promise.resolve((mocha.loadFilesAsync ?? mocha.loadFiles).call(mocha)).then(() => {
  for (const { title, file, run } of mocha.suite.tests) {
    try { run(); } catch (error) { console.log([title, file.split('/').at(-1), error.message].join('|')); }
  }
  console.log(mocha.files.length);
});
`;

async function outputOf(version: string, load: string): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-mocha-'));
  try {
    for (const [path, text] of Object.entries({
      'node_modules/mocha/package.json': `{ "version": "${version}" }`,
      'node_modules/mocha/index.js': mocha(load),
      'a.js': "console.log('a');",
      'b.js': "throw new Error('no such thing');",
      'c.js': "console.log('c');",
      'main.cjs': main,
    })) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
    return (await execa(process.execPath, ['main.cjs'], { cwd: directory })).stdout.split('\n');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

describe('a file that mocha cannot load', () => {
  it.each([
    ['11.0.0', asModules, '(file)'],
    ['8.0.0', inOneGo, '(file)'],
    ['5.2.0', inOneGo, 'b.js > (file)'],
  ])('fails by itself, and the others are loaded: mocha %s', async (version, load, name) => {
    expect(await outputOf(version, load)).toEqual(['a', 'c', `${name}|b.js|no such thing`, '3']);
  });
});
