import { Parser, type Result } from 'tap-parser';
import type { TestResult } from '../../../core/tests.ts';
import { shorten } from '../runner.ts';

/** Reads nested TAP: every assertion and every group is a test, named by its path. */
export function parseNestedTap(report: string): TestResult[] {
  const results: TestResult[] = [];
  const parser = new Parser();
  listen(parser, []);
  parser.end(report);
  return results;

  function listen(from: Parser, path: readonly string[]): void {
    from.on('child', (child: Parser) => listen(child, [...path, groupName(child)]));
    from.on('assert', (result: Result) => {
      const names = [...path, result.name].filter((name) => name !== '');
      if (names.length > 0) results.push(toResult(names, result));
    });
  }
}

/**
 * Reads flat TAP in which a comment names the test that the next assertions belong to, as tape prints it.
 * Without the plan, which tape prints at the end, the last test has ended the process.
 */
export function parseCommentedTap(report: string): TestResult[] {
  const results = new Map<string, TestResult>();
  let current: string | null = null;
  let hasEnded = false;
  const parser = new Parser();
  parser.on('plan', () => {
    hasEnded = true;
  });
  parser.on('comment', (comment: string) => {
    const name = comment.replace(/^#\s*/, '').trim();
    if (name === '' || hasEnded) return; // totals
    const skipped = /^(SKIP|TODO)\s+(.*)$/s.exec(name);
    current = skipped?.[2] ?? name;
    if (!results.has(current)) {
      results.set(current, { id: current, status: skipped ? 'skipped' : 'passed', file: null });
    }
  });
  parser.on('assert', (result: Result) => {
    const id = current ?? result.name;
    const before = results.get(id);
    const outcome = toResult([id], result);
    if (before === undefined || outcome.status === 'failed') results.set(id, outcome);
  });
  parser.write(report);
  if (!hasEnded && current !== null) {
    results.set(current, { id: current, status: 'failed', file: null, message: 'The run ended within it.' });
  }
  hasEnded = true; // the parser has comments of its own on what is missing
  parser.end();
  return [...results.values()];
}

/** Reads flat TAP in which every line is a test of its own, as ava prints it. */
export function parseFlatTap(report: string): TestResult[] {
  const results: TestResult[] = [];
  const parser = new Parser();
  parser.on('assert', (result: Result) => results.push(toResult([result.name], result)));
  parser.end(report.replace(/^#.*\n/gm, '')); // what a test logs stands between its line and its failure
  return results;
}

function groupName(child: Parser): string {
  return child.name.replace(/^Subtest: /, '');
}

function toResult(names: readonly string[], result: Result): TestResult {
  const skipped = Boolean(result.skip) || Boolean(result.todo);
  const status = skipped ? 'skipped' : result.ok ? 'passed' : 'failed';
  const details = status === 'failed' && result.diag ? JSON.stringify(result.diag, null, 1) : undefined;
  return {
    id: names.join(' > '),
    status,
    file: looksLikeFile(names[0] ?? '') ? (names[0] as string) : null,
    ...(details === undefined ? {} : { message: shorten(details) }),
  };
}

function looksLikeFile(name: string): boolean {
  return /^[^\s]+\.[cm]?[jt]sx?$/.test(name);
}
