import type { TestResult, TestStatus } from '../../../core/tests.ts';
import { withMessage } from '../runner.ts';

const statuses: Readonly<Record<string, TestStatus>> = { ok: 'passed', FAILED: 'failed', ignored: 'skipped' };
const end = /^test result: (?:ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored;/;
const line = /^test (.+?)(?: - should panic)? \.\.\. (?:(.*)(ok|FAILED)|(ignored)(?:, .*)?)$/;
/** Where a test wrote past the capture, without a line end. */
const glued = /test ([\w:]+)(?: - should panic)? \.\.\. (ok|FAILED|ignored)$/u;
const begun = /^test (.+?)(?: - should panic)? \.\.\. /;

interface Outcome {
  name: string;
  status: TestStatus;
  message: string | undefined;
}

/** The tests of one program. `isWhole`: libtest ran them, to the end. */
export function programTests(
  lines: readonly string[],
  path: string,
  fileOf: (name: string) => string,
): { results: TestResult[]; isWhole: boolean; said: string } {
  const { outcomes, isWhole } = readOutcomes(lines);
  const results = outcomes.map(({ name, status, message }) =>
    withMessage({ id: `${path} > ${name}`, status, file: fileOf(name) }, message),
  );
  return { results, isWhole, said: lines.join('\n').trim() };
}

/**
 * Examples in documentation, by the item that they belong to. Those of one item are numbered: the lines that they are
 * named by change with every edit above them.
 */
export function documentationTests(lines: readonly string[]): TestResult[] {
  const found = readOutcomes(lines).outcomes.flatMap((outcome) => {
    const [, file, item, at] = /^(.+?\.\w+) - (.*?) ?\(line (\d+)\)/.exec(outcome.name) ?? [];
    return file === undefined ? [] : [{ ...outcome, file, item, at: Number(at) }];
  });
  const counts = new Map<string, number>();
  return found
    .sort((a, b) => a.at - b.at)
    .map(({ file, item, status, message }) => {
      const name = `${file} > documentation${item === '' ? '' : ` of ${item}`}`;
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      const id = count === 1 ? name : `${name} #${count}`;
      return withMessage({ id, status, file }, message);
    });
}

function readOutcomes(lines: readonly string[]): { outcomes: Outcome[]; isWhole: boolean } {
  const found = new Map<string, TestStatus>();
  const messages = readMessages(lines);
  let isListing = false;
  let isWhole = false;
  let pending: string | null = null;
  for (const text of lines) {
    if (/^running \d+ tests?$/.test(text)) [isListing, isWhole] = [true, false];
    else if (isListing && (text === 'failures:' || end.test(text))) isListing = false;
    if (end.test(text)) isWhole = true;
    if (!isListing) continue;
    const outcome = readLine(text, pending);
    if (outcome === null) pending = begun.exec(text)?.[1] ?? pending;
    else [pending] = [null, found.set(...outcome)];
  }
  for (const name of messages.keys()) if (!found.has(name)) found.set(name, 'failed');
  const outcomes = [...found].map(([name, status]) => ({ name, status, message: messages.get(name) }));
  return { outcomes, isWhole };
}

function readLine(text: string, pending: string | null): [string, TestStatus] | null {
  const whole = line.exec(text);
  const [, name, , word, ignored] = whole ?? [];
  if (name !== undefined) return [name, statuses[word ?? ignored ?? ''] ?? 'failed'];
  const late = glued.exec(text);
  if (late !== null) return [late[1] ?? '', statuses[late[2] ?? ''] ?? 'failed'];
  const alone = /(ok|FAILED)$/.exec(text)?.[1];
  return pending !== null && alone !== undefined ? [pending, statuses[alone] ?? 'failed'] : null;
}

/** What the tests that failed said, by name. */
function readMessages(lines: readonly string[]): Map<string, string> {
  const messages = new Map<string, string>();
  let name: string | null = null;
  for (const text of lines) {
    const head = /^---- (.+) stdout ----$/.exec(text);
    if (head !== null) {
      name = (head[1] ?? '').replace(/ - should panic$/, '');
      messages.set(name, '');
    } else if (text === 'failures:' || end.test(text)) name = null;
    else if (name !== null) messages.set(name, `${messages.get(name)}${text}\n`);
  }
  return new Map([...messages].map(([test, said]) => [test, said.trim()]));
}
