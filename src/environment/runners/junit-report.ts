import type { XmlElement } from '@rgrove/parse-xml';
import type { TestStatus } from '../../core/tests.ts';
import { childElements, readXml } from '../xml.ts';
import { shorten } from './runner.ts';

/** One `testcase` of a JUnit XML report, as its writer names it. */
export interface JunitCase {
  className: string;
  name: string;
  status: TestStatus;
  /** The source file, where the writer tells it. */
  file: string | null;
  message: string | null;
}

/** A larger file is no report of tests but of what they printed. */
const maximumCharacters = 40_000_000;

const forbidden = /[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/g;

/**
 * Reads the JUnit XML that Surefire, CTest, GoogleTest, Catch2 and doctest write. Entities that a document declares
 * itself are not expanded. Throws when it is no XML.
 */
export function parseJunit(xml: string): JunitCase[] {
  if (xml.length > maximumCharacters) throw new Error('the report is too large');
  const root = readXml(xml.toWellFormed().replace(forbidden, ''));
  return root === null ? [] : [...casesIn(root)];
}

function* casesIn(element: XmlElement): Generator<JunitCase> {
  for (const child of childElements(element)) {
    if (child.name === 'testcase') yield readCase(child);
    else if (child.name === 'testsuite') yield* casesIn(child);
  }
}

function readCase(element: XmlElement): JunitCase {
  const { classname = '', name = '', file = null } = element.attributes;
  const status = statusOf(element);
  const message = status === 'failed' ? messageOf(element) : null;
  return { className: classname, name, status, file, message };
}

/** CTest tells of a test whose program is missing as of one that was not wanted. */
const notThere = /unable to find executable|required files? missing|fixture dependency failed/i;

function statusOf(element: XmlElement): TestStatus {
  const { status = '', result = '' } = element.attributes;
  const skipped = childOf(element, ['skipped']);
  if (childOf(element, ['failure', 'error']) !== null || status === 'fail') return 'failed';
  if (status === 'notrun' && notThere.test(skipped?.attributes.message ?? '')) return 'failed';
  const isSkipped = skipped !== null || ['notrun', 'disabled'].includes(status);
  return isSkipped || ['skipped', 'suppressed'].includes(result) ? 'skipped' : 'passed';
}

/** What a test failed with: the trace mostly begins with the message, and CTest has both in what was printed. */
function messageOf(element: XmlElement): string {
  const failures = childElements(element).filter(({ name }) =>
    ['failure', 'error', 'skipped'].includes(name),
  );
  const told = failures.map((failure) => {
    const message = failure.attributes.message ?? '';
    const text = failure.text.trim();
    return text.includes(message.trim().split('\n')[0] ?? '') ? text : `${message}\n${text}`.trim();
  });
  const printed = childOf(element, ['system-out'])?.text.trim() ?? '';
  const isBare = told.every((text) => text.length < 40);
  const all = [...told, ...(isBare ? [printed.slice(-1500)] : [])].join('\n').trim();
  return shorten(all.replace(escaped, '\u001b'));
}

/** How Surefire and CTest write the character that begins a colour. */
const escaped = /&(amp;?)?#27;|\[NON-XML-CHAR-0x1B\]/g;

function childOf(element: XmlElement, names: readonly string[]): XmlElement | null {
  return childElements(element).find(({ name }) => names.includes(name)) ?? null;
}
