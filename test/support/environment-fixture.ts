import { readFile } from 'node:fs/promises';
import { isRed, type TestResult } from '../../src/core/tests.ts';

const directory = new URL('../fixtures/environment/', import.meta.url);

/** What a real program printed or reported; see the README beside the fixtures. */
export function environmentFixture(path: string): Promise<string> {
  return readFile(new URL(path, directory), 'utf8');
}

/** Results as lines to compare: what became of each test, and its name. */
export function outcomes(results: Iterable<TestResult>): string[] {
  return [...results].map(({ status, id }) => `${status}: ${id}`);
}

export function messageOf(results: readonly TestResult[], id: string): string | undefined {
  return results.find((result) => result.id === id && isRed(result.status))?.message;
}
