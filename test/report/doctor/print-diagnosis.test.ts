import { describe, expect, it } from 'vitest';
import type { BaselineFacts, Diagnosis, EnvironmentFacts, HostFacts } from '../../../src/core/diagnosis.ts';
import { isSane } from '../../../src/core/diagnosis.ts';
import { detectEnvironments } from '../../../src/environment/detect/detect.ts';
import { parseRepositoryConfig } from '../../../src/environment/repository-config.ts';
import { printDetectedConfig } from '../../../src/report/doctor/detected-config.ts';
import { adviseOn } from '../../../src/report/doctor/doctor-advice.ts';
import { printDiagnosis } from '../../../src/report/doctor/print-diagnosis.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const host: HostFacts = {
  node: '24.21.0',
  git: '2.39.5',
  engine: '20.10.24',
  image: 'sandbox',
  sizeLimit: false,
  freeGigabytes: 79.3,
  network: true,
  proxy: [],
  problems: [],
};
const environment: EnvironmentFacts = {
  summary: 'Node 24, npm, mocha',
  setup: [],
  install: ['npm ci'],
  build: ['npm run build'],
  tests: ['cd pkg && npx mocha spec'],
  cached: false,
  leftOut: [],
  notes: [],
};
const baseline: BaselineFacts = {
  counts: { passed: 90, failed: 5, error: 0, skipped: 3, flaky: 1 },
  testFiles: { present: 10, collected: 9, missing: ['test/z.test.js'] },
  failing: ['test/a.test.js > breaks'],
  problem: null,
  cutShort: false,
  output: '',
  seconds: 4.2,
};
const diagnosis: Diagnosis = {
  ok: true,
  host,
  environment,
  baseline,
  problem: null,
  sane: true,
  advice: [],
  config: 'install: npm ci\n',
};

describe('isSane', () => {
  it.each<[string, Partial<BaselineFacts['counts']>, Partial<BaselineFacts['testFiles']>, boolean]>([
    ['most tests pass and most files are collected', {}, {}, true],
    ['a tenth fails', { failed: 10 }, {}, true],
    ['more than a tenth fails', { failed: 11 }, {}, false],
    ['a fifth of the files gave nothing', {}, { collected: 8 }, true],
    ['more than a fifth of the files gave nothing', {}, { collected: 7 }, false],
    ['nobody tells of files', {}, { collected: null }, true],
    ['no test ran', { passed: 0, failed: 0 }, { present: 0, collected: 0 }, false],
  ])('when %s', (_, counts, testFiles, expected) => {
    const facts = {
      counts: { ...baseline.counts, failed: 0, ...counts },
      testFiles: { ...baseline.testFiles, ...testFiles },
    };
    expect(isSane(facts)).toBe(expected);
  });
});

describe('printDetectedConfig', () => {
  it('is what makes ai-fix find the same again', async () => {
    const config = parseRepositoryConfig(printDetectedConfig(environment, { CI: '1' }));
    expect((await detectEnvironments(repositoryFiles({}), config))[0]).toMatchObject({
      install: environment.install,
      build: environment.build,
      tests: [{ runner: 'mocha', directory: 'pkg', targets: ['spec'] }],
      env: { CI: '1' },
    });
  });
});

describe('printDiagnosis', () => {
  it('shows people what was found, what fails with its first useful lines, and what to put in', () => {
    const message = 'at the start\nAssertionError: 1 is not 2\nat x\nat y\nat z';
    const text = printDiagnosis(diagnosis, [
      { id: 'test/a.test.js > breaks', status: 'failed', file: null, message },
    ]);
    expect(text).toContain('watched, for the Engine cannot limit it, 79.3 GB free');
    expect(text).toContain('90 passed, 5 failed, 0 error, 3 skipped, 1 flaky; 4.2 s');
    expect(text).toContain('9 of 10 gave results');
    expect(text).toMatch(
      /test\/a.test.js > breaks\n\s+at the start\n\s+AssertionError: 1 is not 2\n\s+at x\n\n/,
    );
    expect(text).toContain('install: npm ci');
    expect(text).toContain('All is well');
  });
});

describe('adviseOn', () => {
  it('has nothing to say where all is well', () => expect(adviseOn(diagnosis)).toEqual([]));

  it.each([
    ['a registry refused access: see AI_FIX_REGISTRIES', '--registries owner/name'],
    ['The Engine is too old.', '.github/ai-fix.yml'],
  ])('says what to do where nothing could be installed: %s', (problem, words) => {
    const advice = adviseOn({ ...diagnosis, environment: null, baseline: null, problem });
    expect(advice).toEqual([expect.stringContaining(words)]);
  });

  it('does not say again what the problem itself says', () => {
    const problem = 'it found no manifest that it knows.\nPut into .github/ai-fix.yml how it is done';
    expect(adviseOn({ ...diagnosis, environment: null, baseline: null, problem })).toEqual([]);
  });

  it('says what becomes of a suite that takes too long', () => {
    const long = { ...baseline, problem: 'mocha was stopped after 900 s', cutShort: true };
    expect(adviseOn({ ...diagnosis, baseline: long })).toEqual([
      expect.stringMatching(/stopped after 900 s\. .*proven by the tests near it/),
    ]);
  });

  it.each<[string, Partial<BaselineFacts['counts']>, RegExp]>([
    ['no test gave a result', { passed: 0, failed: 0 }, /^The tests do not run \(no test was found\)/],
    ['all of them fail', { passed: 0, failed: 7 }, /^No test passes without any change, such as test\/a/],
    ['most of them fail', { passed: 7, failed: 70 }, /^Many tests fail without any change/],
  ])('says it when %s', (_what, counts, words) => {
    const failing = { ...baseline, counts: { ...baseline.counts, ...counts } };
    expect(adviseOn({ ...diagnosis, baseline: failing })).toEqual([expect.stringMatching(words)]);
  });

  it('names what could not be installed, what gave no result and what fails', () => {
    const advice = adviseOn({
      host: { ...host, problems: ['No network.'] },
      environment: { ...environment, leftOut: [{ name: 'canvas', why: 'it is gone' }] },
      baseline: {
        ...baseline,
        counts: { ...baseline.counts, failed: 50 },
        testFiles: { present: 10, collected: 2, missing: ['test/z.test.js'] },
      },
      problem: null,
    }).join('\n');
    for (const part of ['No network.', 'canvas', '2 of 10', 'test/z.test.js', 'test/a.test.js > breaks'])
      expect(advice).toContain(part);
  });
});
