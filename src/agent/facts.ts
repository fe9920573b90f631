import type { TestResult, TestRun } from '../core/tests.ts';
import { countByStatus } from '../core/tests.ts';
import type { Verification } from '../core/verification.ts';
import { headAndTail } from '../text/truncate.ts';
import { visibleText } from '../text/visible.ts';
import { prompt } from './prompts.ts';

const shownTests = 10;
const messageCharacters = 1500;
const outputCharacters = 6000;

/** The message after a verification that fell short: what was found, test by test, with what the tests said. */
export function factsMessage(
  verification: Verification,
  failures: readonly TestResult[],
  output: string | null,
): string {
  const facts = [
    section(
      'These tests passed before your change and fail with it',
      named(verification.newly_red, failures),
    ),
    section('These failed before and still fail', named(verification.already_red, failures)),
    section(
      'These tests or settings became weaker',
      verification.tampering.map(({ path, what }) => `- ${path}: ${what}`),
    ),
    section(
      'These did not run',
      verification.not_run.slice(0, shownTests).map(({ id, why }) => `- ${id}: ${why}`),
    ),
    section(
      'These fail without your change and pass with it',
      verification.red_to_green.slice(0, shownTests).map(item),
    ),
    section('These are flaky and do not count', verification.flaky.slice(0, shownTests).map(item)),
    output === null ? '' : `The end of the output:\n${headAndTail(output, outputCharacters)}`,
  ].filter((part) => part !== '');
  return prompt('unproven', { why: verification.why, facts: visibleText(facts.join('\n\n')) });
}

/** The message that tells what the tests did on the untouched repository. */
export function baselineMessage(run: TestRun): string {
  const { passed, failed, skipped } = countByStatus(run);
  const failing = [...run.tests.values()].filter((test) => test.status === 'failed').map((test) => test.id);
  const shown = failing.slice(0, 30).map(item);
  const more = failing.length > shown.length ? [`- and ${failing.length - shown.length} more`] : [];
  const problem = run.problem === null ? '' : ` The run was not complete: ${run.problem}.`;
  return prompt('baseline', {
    counts: `${passed} passed, ${failed} failed, ${skipped} were skipped.${problem}`,
    failing:
      failing.length === 0
        ? 'None failed.'
        : `These failed before any change:\n${[...shown, ...more].join('\n')}`,
  });
}

function named(ids: readonly string[], failures: readonly TestResult[]): string[] {
  const byId = new Map(failures.map((test) => [test.id, test]));
  return ids.slice(0, shownTests).map((id) => {
    const message = byId.get(id)?.message;
    return message === undefined
      ? item(id)
      : `${item(id)}\n${indent(headAndTail(message, messageCharacters))}`;
  });
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}:\n${lines.join('\n')}`;
}

function item(id: string): string {
  return `- ${id}`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}
