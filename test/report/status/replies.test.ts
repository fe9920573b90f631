import { toString as textOf } from 'mdast-util-to-string';
import { describe, expect, it } from 'vitest';
import { helpText, noRunReply, statusReply, threadReply } from '../../../src/report/status/replies.ts';
import {
  all,
  eventsUpToProof,
  factsFrom,
  published,
  requestOf,
  rowsOf,
  runOf,
  start,
  tablesIn,
} from '../../support/report.ts';

const facts = factsFrom(...eventsUpToProof());
const asked = { request: requestOf(), facts, run: runOf(), now: start + 60_000 };
const done = { ...asked, run: runOf({ outcome: 'proven', why: 'it works', published }) };

describe('the answer in a review thread', () => {
  it('says what the commit changes in the file in question', () => {
    expect(threadReply(done, 'lib/sum.js:12')).toMatch(
      /^Commit \[`dddddddddd`\]\(\S+\) changes `lib\/sum\.js` \(\+2 −1\): please check/,
    );
  });

  it('says that it was not addressed where the commit leaves that file alone', () => {
    expect(threadReply(done, 'lib/other.js:3-9')).toMatch(/^Not addressed here.*`lib\/other\.js`.*retry/);
  });

  it('claims nothing where it is about no file', () => {
    expect(threadReply(done, null)).toMatch(/^Commit .*please check whether it does what you meant/);
  });

  it('says that nothing was done, and why, where nothing was published', () => {
    const run = runOf({ outcome: 'no_change', why: 'the agent changed nothing', published: null });
    expect(threadReply({ ...asked, run }, 'lib/sum.js:1')).toBe(
      'Not addressed: nothing was published. The agent changed nothing.',
    );
  });
});

describe('other answers', () => {
  it('help lists every command', () => {
    expect(rowsOf(tablesIn(helpText())[0])).toHaveLength(6);
    for (const name of ['fix', 'retry', 'stop', 'status', 'help'])
      expect(helpText()).toContain(`/deepseek ${name}`);
  });

  it('status says how far it is and what it cost', () => {
    const text = statusReply(asked);
    expect(text).toMatch(/^Working on it\./);
    expect(text).toContain('1 min so far, 5+ steps');
    expect(statusReply(done)).toMatch(/^Done: pull request .*13/);
  });

  it.each([[noRunReply(), /add the label/]])('%j is plain', (text, expected) => {
    expect(text).toMatch(expected);
    expect(
      all(text, 'text')
        .map((node) => textOf(node))
        .join(),
    ).not.toMatch(/@\w/);
  });
});
