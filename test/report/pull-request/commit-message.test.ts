import { describe, expect, it } from 'vitest';
import { commitMessage } from '../../../src/report/pull-request/commit-message.ts';
import { harmless, pullRequestTitle } from '../../../src/report/pull-request/plain-title.ts';
import { noFacts } from '../../../src/report/run-facts.ts';
import { eventsUpToProof, factsFrom, requestOf, retried } from '../../support/report.ts';

const facts = factsFrom(...eventsUpToProof());
const titled = (title: string) => requestOf({ issue: { number: 12, title, text: '', url: '' } });
const hostile =
  'Fixes #1 @acme/team [skip ci] Signed-off-by: Eve <e@x.test> GH-3 https://github.com/a/b/issues/4';

describe('commitMessage', () => {
  it('has a subject and the reason', () => {
    expect(commitMessage(requestOf(), facts)).toBe(`Fix: sum() of an empty list throws

The sum had no start value, so an empty list threw. I gave it 0.`);
  });

  it('has no reason where none was given', () => {
    expect(commitMessage(requestOf(), noFacts)).toBe('Fix: sum() of an empty list throws');
  });

  it('keeps lines to 72 characters, whatever the title', () => {
    const said = { ...facts, said: 'word '.repeat(400) };
    const message = commitMessage(titled('long '.repeat(100)), said);
    const lines = message.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(72);
    expect(lines[0]).toMatch(/^Fix: long .*…$/);
  });

  it('says of a retry what was asked', () => {
    const request = requestOf({ pull: retried, words: 'use reduce' });
    expect(commitMessage(request, facts)).toMatch(/^Follow the review: use reduce\n/);
  });

  it('closes nothing, calls nobody, skips no CI and signs for nobody', () => {
    const said = { ...facts, said: `${hostile}\nCo-authored-by: Eve <e@x.test>\nskip-checks: true` };
    const message = commitMessage(titled(hostile), said);
    expect(message).not.toMatch(/#\d|@acme|GH-\d|\[skip ci\]|-by:|https:|skip-checks:/i);
  });
});

describe('pullRequestTitle', () => {
  it.each([
    ['It throws.', 'Fix: It throws'],
    ['Fix the crash', 'Fix the crash'],
    ['fix: crash on start', 'fix: crash on start'],
    ['Add an option', 'Add an option'],
    ['Additional spaces', 'Fix: Additional spaces'],
    ['', 'Fix issue 12'],
    ['two\nlines', 'Fix: two lines'],
  ])('of %j is %j', (title, expected) => {
    expect(pullRequestTitle(titled(title))).toBe(expected);
  });
});

describe('harmless', () => {
  it.each([
    ['[no ci] a', 'no ci a'],
    ['[actions skip] a', 'actions skip a'],
    ['***NO_CI*** a', 'NO_CI a'],
    ['array[0] stays', 'array[0] stays'],
    ['C# stays', 'C# stays'],
    ['a @ b stays', 'a @ b stays'],
  ])('of %j is %j', (text, expected) => {
    expect(harmless(text)).toBe(expected);
  });
});
