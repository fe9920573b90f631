import { stripVTControlCharacters } from 'node:util';
import type { TestResult } from '../../core/tests.ts';
import { shorten, type TestRunner } from './runner.ts';
import { splitArguments } from './split-arguments.ts';

const rules = { withValue: ['require,r', 'ignore,i', 'cwd,C'], drop: ['bail', 'b', 'color', 'c'] };

/**
 * uvu has no machine reporter: it prints a dot per test, the names of failures, and totals.
 * Passing tests are named by file and number, `test/a.test.js > 3 of 7`, so that counts compare.
 */
export const uvu: TestRunner = {
  name: 'uvu',
  programs: ['uvu'],
  split: (words) => splitArguments(words, rules),
  script({ options, targets }, files) {
    const pattern = files === null ? targets.slice(1) : [`'${files.map(asPattern).join('|')}'`];
    const directory = files === null ? targets.slice(0, 1) : ['.'];
    return ['uvu --color=false', ...options, ...directory, ...pattern, '> "$AI_FIX_REPORT"'].join(' ');
  },
  parse: parseUvu,
};

function asPattern(file: string): string {
  return `${file.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
}

function parseUvu(report: string): TestResult[] {
  const lines = stripVTControlCharacters(report).split('\n');
  if (!lines.some((line) => /^\s*Total:\s+\d+/.test(line))) throw new Error('uvu printed no totals');
  const results: TestResult[] = [];
  for (const [index, line] of lines.entries()) {
    const failure = /^\s*FAIL\s+(?:(\S.*?)\s+)?"(.*)"\s*$/.exec(line);
    if (failure) {
      const message = shorten(lines.slice(index + 1, index + 12).join('\n'));
      results.push({ id: failure[2] as string, status: 'failed', file: null, message });
    }
    const totals = /^(\S+\.[cm]?[jt]sx?)\s+.*\((\d+) \/ (\d+)\)/.exec(line);
    if (totals) results.push(...numbered(totals[1] as string, Number(totals[2]), Number(totals[3])));
  }
  return results;
}

function numbered(file: string, passed: number, total: number): TestResult[] {
  return Array.from({ length: passed }, (_, index) => ({
    id: `${file} > ${index + 1} of ${total}`,
    status: 'passed' as const,
    file,
  }));
}
