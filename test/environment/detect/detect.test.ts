import { describe, expect, it } from 'vitest';
import type { EnvironmentPlan } from '../../../src/core/environment.ts';
import { detectEnvironments } from '../../../src/environment/detect/detect.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const manifest = JSON.stringify({ scripts: { test: 'mocha test' }, devDependencies: { mocha: '^11' } });
const nodeProject = {
  'package.json': manifest,
  'package-lock.json': '{"lockfileVersion":3}',
  'test/a.js': '',
};
const detect = async (files: Record<string, string>, config = {}) =>
  (await detectEnvironments(repositoryFiles(files), config))[0] as EnvironmentPlan;

describe('detectEnvironments', () => {
  it('finds a Node project', async () => {
    expect(await detect(nodeProject)).toMatchObject({
      packageManager: 'npm',
      tests: [{ runner: 'mocha', targets: ['test'] }],
    });
  });

  it('finds a Python project', async () => {
    expect(await detect({ 'setup.py': '' })).toMatchObject({
      packageManager: 'pip',
      tests: [{ runner: 'pytest' }],
    });
  });

  it('takes a repository that is both for what its tests are likeliest run with: Node', async () => {
    expect(await detect({ ...nodeProject, 'setup.py': '' })).toMatchObject({ packageManager: 'npm' });
  });

  it('takes commands from the configuration before its own', async () => {
    const plan = await detect(nodeProject, { install: ['make deps'], build: ['make'], env: { CI: '1' } });
    expect(plan).toMatchObject({ install: ['make deps'], build: ['make'], tests: [{ runner: 'mocha' }] });
    expect(plan.env.CI).toBe('1');
  });

  it('sets up what the configuration says after what it finds itself', async () => {
    const plan = await detect(nodeProject, { setup: ['apt-get update'] });
    expect(plan).toMatchObject({ setup: ['apt-get update'], packageManager: 'npm' });
  });

  it('knows the runner of a configured test in a directory of its own', async () => {
    const plan = await detect(nodeProject, {
      test: ['cd packages/core && npx mocha spec', 'cd docs && make check'],
    });
    expect(plan.tests).toMatchObject([
      { runner: 'mocha', directory: 'packages/core', targets: ['spec'] },
      { runner: 'command', directory: '', options: ['cd docs && make check'] },
    ]);
  });

  it('runs a configured test through the runner that it knows, so that each test has a name', async () => {
    const plan = await detect(nodeProject, { test: ['npx mocha --timeout 5000 spec'] });
    expect(plan.summary).toBe('as .github/ai-fix.yml says');
    expect(plan.tests).toMatchObject([
      { runner: 'mocha', options: ['--timeout', '5000'], targets: ['spec'] },
    ]);
  });

  it('takes any other configured test by its exit code', async () => {
    const plan = await detect({ Makefile: '' }, { install: ['true'], test: ['make check | tee log'] });
    expect(plan.tests).toEqual([
      { runner: 'command', directory: '', options: ['make check | tee log'], targets: [], env: {} },
    ]);
  });

  it('runs everything in the configured directory', async () => {
    const files = { 'my app/a.sh': '' };
    const plan = await detect(files, {
      install: ['make'],
      test: ['make check'],
      working_directory: 'my app/',
    });
    expect(plan.install).toEqual(["cd 'my app' && make"]);
    expect(plan.tests).toMatchObject([{ directory: 'my app' }]);
  });

  it('prepares anew when any manifest changes, where only the configuration says what to install', async () => {
    const files = { 'go.mod': '', 'a/Cargo.lock': '', 'deps.lock': '', 'main.go': '' };
    const plan = await detect(files, { install: ['make'], test: ['make check'] });
    expect(plan.keyFiles.toSorted()).toEqual(['a/Cargo.lock', 'deps.lock', 'go.mod']);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['an empty repository', {}, /found no manifest that it knows\.\nPut into \.github\/ai-fix\.yml/],
    ['a module without tests', { 'go.mod': '' }, /found go\.mod, but no test/],
    [
      'a language of which it knows an example',
      { Gemfile: '' },
      /setup: apt-get update && apt-get install -y ruby-dev bundler\n.*install: .*bundle install\n.*`dockerfile` instead/s,
    ],
    [
      'a manifest without tests',
      { 'package.json': '{"name":"a"}' },
      /No test runner was found.*`test: npx mocha`/,
    ],
  ])('says for %s what to configure', async (_what, files, words) => {
    await expect(detect(files)).rejects.toMatchObject({
      code: 'no_environment',
      message: expect.stringMatching(words),
    });
  });

  it.each<[string, Record<string, string>, object]>([
    ['with no manifest', { 'README.md': '' }, { summary: 'no tests', install: [] }],
    ['with a manifest', { 'package.json': '{"name":"a"}' }, { install: ['npm install'] }],
  ])('goes on without tests %s where that is allowed', async (_what, files, plan) => {
    expect(await detect(files, { allow_without_tests: true })).toMatchObject({ ...plan, tests: [] });
  });

  it('does not take a manifest with mistakes for none, whatever is allowed', async () => {
    await expect(detect({ 'package.json': '{' }, { allow_without_tests: true })).rejects.toThrow('as JSON');
  });

  it('refuses a directory to work in that is not there', async () => {
    await expect(detect(nodeProject, { working_directory: 'packages/web' })).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('`working_directory: packages/web`'),
    });
  });

  it('needs no manifest where the configuration says how to test', async () => {
    expect(await detect({}, { test: ['make check'] })).toMatchObject({ install: [], packageManager: 'none' });
  });
});
