import { countByStatus, isRed, type TestResult, type TestRun } from '../core/tests.ts';
import type { Verification } from '../core/verification.ts';
import { headAndTail } from '../text/truncate.ts';
import { visibleText } from '../text/visible.ts';
import { prompt } from './prompts.ts';

const shownTests = 10;
const shownBaselineTests = 30;
const messageCharacters = 1500;
const outputCharacters = 6000;
const diffCharacters = 16_000;

/** The message after a verification that fell short: what was found, test by test, with what the tests said. */
export function factsMessage(
  verification: Verification,
  failures: readonly TestResult[],
  output: string | null,
  lacksTest = false,
): string {
  const messages = new Map(failures.map(({ id, message }) => [id, message]));
  const facts = [
    section('These tests passed before your change and fail with it', verification.newly_red, withMessage),
    section('These failed before and still fail', verification.already_red, withMessage),
    section(
      'These tests or settings became weaker',
      verification.tampering,
      ({ path, what }) => `- ${path}: ${what}`,
    ),
    section('These did not run', verification.not_run, ({ id, why }) => `- ${id}: ${why}`),
    section('These fail without your change and pass with it', verification.red_to_green, item),
    section('These are flaky and do not count', verification.flaky, item),
    output === null ? '' : `The end of the output:\n${headAndTail(output, outputCharacters)}`,
  ].filter((part) => part !== '');
  const values = { why: verification.why, facts: visibleText(facts.join('\n\n')) };
  return lacksTest ? prompt('no-test', values) : prompt('unproven', values);

  function withMessage(id: string): string {
    const message = messages.get(id);
    return message === undefined
      ? item(id)
      : `${item(id)}\n${indent(headAndTail(message, messageCharacters))}`;
  }
}

/** The message that asks for a last look at a change that was proven, with what its checks complain of anew. */
export function reviewMessage({ why, checks = [] }: Verification, patch: string): string {
  const diff = visibleText(headAndTail(patch.trimEnd(), diffCharacters)).replaceAll('```', "'''");
  const lists = checks
    .filter(({ complaints }) => complaints.length > 0)
    .map(({ name, complaints }) => section(name, complaints, item, shownBaselineTests));
  const complaints = visibleText(headAndTail(lists.join('\n\n'), outputCharacters));
  const told = `\nThe repository's own checks complain of this, and did not before:\n\n${complaints}\n`;
  return prompt('review', { why, diff, complaints: complaints === '' ? '' : told });
}

/** The message that tells what the tests did on the untouched repository. */
export function baselineMessage(run: TestRun): string {
  const { passed, failed, error, skipped } = countByStatus(run);
  const flaky = new Set(run.flaky);
  const failing = [...run.tests.values()]
    .filter((test) => isRed(test.status) && !flaky.has(test.id))
    .map((test) => test.id);
  const problem = run.problem === null ? '' : ` The run was not complete: ${run.problem}.`;
  const lists = [
    section('These failed before any change', failing, item, shownBaselineTests),
    section('These fail at times, and do not count', [...flaky], item, shownBaselineTests),
  ].filter((list) => list !== '');
  return prompt('baseline', {
    counts: visibleText(`${passed} passed, ${failed + error} failed, ${skipped} were skipped.${problem}`),
    failing: lists.length === 0 ? 'None failed.' : visibleText(lists.join('\n')),
  });
}

/** The message that tells that the sandbox is a new one. `problem` says why its files are not the newest, if so. */
export function resumedMessage(problem: string | null): string {
  const files =
    problem === null
      ? 'The files of the work tree are as you left them.'
      : `Not all of your changes could be kept (${visibleText(problem)}): look at what is there.`;
  return prompt('resumed', { files });
}

/** A title and its list, of which only the first are shown; nothing where the list is empty. */
function section<T>(
  title: string,
  items: readonly T[],
  print: (item: T) => string,
  shown = shownTests,
): string {
  if (items.length === 0) return '';
  const more = items.length > shown ? [`- and ${items.length - shown} more`] : [];
  return [`${title}:`, ...items.slice(0, shown).map(print), ...more].join('\n');
}

function item(id: string): string {
  return `- ${id}`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}
