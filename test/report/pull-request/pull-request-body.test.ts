import { toString as textOf } from 'mdast-util-to-string';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/core/events.ts';
import type { Verification } from '../../../src/core/verification.ts';
import {
  type PullRequestInput,
  renderPullRequest,
} from '../../../src/report/pull-request/pull-request-body.ts';
import { parsePullRequest } from '../../../src/report/pull-request/pull-request-sections.ts';
import {
  all,
  eventsUpToProof,
  factsFrom,
  firstParagraph,
  hostileNames,
  liveText,
  marker,
  parse,
  proven,
  requestOf,
  retried,
  rowsOf,
  runOf,
  start,
  tablesIn,
  texts,
  tree,
  unproven,
} from '../../support/report.ts';

function body(changes: Partial<PullRequestInput> = {}): string {
  return renderPullRequest({
    marker,
    request: requestOf(),
    facts: factsFrom(...eventsUpToProof()),
    run: runOf(),
    now: start + 192_000,
    texts,
    template: null,
    earlier: null,
    ...changes,
  });
}

const withProof = (verification: Verification) => factsFrom(...eventsUpToProof(verification));
const changed = (...paths: string[]): RunEvent => ({
  type: 'changed',
  tree,
  files: paths.map((path) => ({ path, kind: 'changed', added: 1, removed: 1 })),
});
const proofTableIn = (text: string) =>
  rowsOf(tablesIn(text).find((one) => rowsOf(one)[0]?.[0] === 'Tests that'));

describe('the text of a pull request', () => {
  it('begins with the marker, and the verdict is its first paragraph', () => {
    expect(body().split('\n')[0]).toBe(marker);
    expect(firstParagraph(body())).toMatch(/^✅ Proven by tests\. 1 test fails without the fix/);
  });

  it('closes the issue with proof', () => {
    expect(body()).toMatch(/^Fixes #12$/m);
  });

  it('says first that it is not proven, and why, and only refers to the issue', () => {
    const text = body({ facts: withProof(unproven) });
    expect(firstParagraph(text)).toBe(
      '⚠️ Not proven: review it with care. 1 test that passed before fails now.',
    );
    expect(text).toMatch(/^Refs #12$/m);
    expect(liveText(text)).not.toMatch(/(fix(es)?|clos(e|es)|resolv(e|es)):? #\d/i);
  });

  it('says of half a change why the agent got no further, and of a proven one nothing of the kind', () => {
    const stopped: RunEvent = { type: 'agent_ended', end: 'money' };
    const words = 'The agent was stopped before it said that it was done: the budget is used up.';
    expect(body({ facts: factsFrom(...eventsUpToProof(unproven), stopped) })).toContain(words);
    expect(body({ facts: factsFrom(...eventsUpToProof(proven), stopped) })).not.toContain(words);
    expect(body({ facts: withProof(unproven) })).not.toContain('stopped');
  });

  it('takes no proof of another tree for one of this change', () => {
    const later: RunEvent = { type: 'changed', files: [], tree: 'e'.repeat(40) };
    const text = body({ facts: factsFrom(...eventsUpToProof(), later) });
    expect(firstParagraph(text)).toContain('The tests were not run on this change');
    expect(text).toMatch(/^Refs #12$/m);
  });

  it('quotes the agent, through the neutralizer', () => {
    const neutralized = body({ texts: { neutralize: (text) => `<${text.length}>` } });
    expect(neutralized).toMatch(/^> <\d+>$/m);
    expect(textOf(all(body(), 'blockquote')[0])).toContain('an empty list threw');
  });

  it('shows the proof as a table: what matters always, the rest where there is any', () => {
    expect(proofTableIn(body())).toEqual([
      ['Tests that', 'Number', 'Which'],
      ['fail without the change and pass with it', '1', 'sum > of an empty list'],
      ['passed before and pass now', '10', ''],
      ['passed before and fail now', '0', ''],
      ['failed before and still fail', '1', 'divides'],
    ]);
  });

  it('shows every kind of test that there is', () => {
    const facts = withProof({
      ...unproven,
      new: ['n'],
      flaky: ['f'],
      not_run: [{ id: 'lost', why: 'it is skipped now' }],
    });
    expect(
      proofTableIn(body({ facts }))
        .slice(1)
        .map(([, , which]) => which),
    ).toEqual(['', 'n', '', 'sum > of one', 'divides', 'f', 'lost: it is skipped now']);
  });

  it('tells what the checks of the repository complain of anew, and which have nothing new', () => {
    const complaints = ['lib/a.js: Unexpected var. @everyone (no-var)'];
    const checks = [
      { name: 'eslint', complaints },
      { name: 'tsc', complaints: [] },
    ];
    const text = body({ facts: withProof({ ...proven, checks }) });
    expect(text).toContain('Nothing new: `tsc`.');
    expect(text).toMatch(/- `eslint`: lib\/a\.js: Unexpected var\. `@everyone`/);
    expect(text).toContain('Other parts of CI');
    expect(body()).not.toContain('Checks of the repository');
    expect(body()).toContain('Linters, type checks and other parts of CI');
  });

  it('folds a long list below the table', () => {
    const red = Array.from({ length: 40 }, (_, index) => `test ${index}`);
    const text = body({ facts: withProof({ ...proven, red_to_green: red }) });
    expect(proofTableIn(text)[1]).toEqual([
      'fail without the change and pass with it',
      '40',
      expect.stringContaining('and 37 more, below'),
    ]);
    expect(text).toContain(
      '<details><summary>40 tests that fail without the change and pass with it</summary>',
    );
    expect(text).toContain('- `test 39`');
  });

  it.each([
    ['package-lock.json', 'Lock files'],
    ['web/pnpm-lock.yaml', 'Lock files'],
    ['package.json', 'Files that steer the build, tools or CI'],
    ['vitest.config.ts', 'Files that steer the build, tools or CI'],
    ['.github/workflows/ci.yml', 'Files that steer the build, tools or CI'],
    ['test/a.test.js', 'Changed tests, which lost lines'],
  ])('points at %s under "%s"', (path, what) => {
    const text = body({ facts: factsFrom(...eventsUpToProof(), changed(path)) });
    expect(text).toContain(`- ${what}: \`${path}\``);
    expect(text.indexOf('Look at these first')).toBeLessThan(text.indexOf('**What changed**'));
  });

  it('points at weaker and deleted tests and at invisible characters', () => {
    const facts = factsFrom(
      ...eventsUpToProof({ ...unproven, tampering: [{ path: 'test/a.js', what: 'skips the test "x"' }] }),
      {
        type: 'changed',
        tree,
        files: [
          { path: 'test/gone.test.js', kind: 'deleted', added: 0, removed: 9 },
          { path: 'lib/a.js', kind: 'changed', added: 1, removed: 0, invisible: true },
        ],
      },
    );
    const text = body({ facts });
    expect(text).toContain('- Weaker tests: `test/a.js` skips the test "x"');
    expect(text).toContain('- Deleted tests: `test/gone.test.js`');
    expect(text).toContain('- Invisible characters were added: `lib/a.js`');
  });

  it('points at nothing where there is nothing', () => {
    const facts = factsFrom(...eventsUpToProof(), changed('lib/a.js'));
    expect(body({ facts })).not.toContain('Look at these first');
  });

  it('says what was not checked, what it cost, and what it was made from', () => {
    const text = body();
    expect(text).toContain('The dependency `fsevents` was not installed: it is for macOS');
    expect(text).toContain('Linters, type checks');
    expect(text).toContain('in 3 min 12 s, with 7 steps of `deepseek-v4-pro`, $0.01');
    expect(text).toContain('`main` at [`bbbbbbbbbb`]');
    expect(text).toContain(`The tree tested and pushed is \`${tree}\``);
  });

  it('names who asked without a mention, and tells how to go on', () => {
    expect(body()).toContain('asked by [ann](https://github.com/ann)');
    expect(body()).toContain('/deepseek retry');
    expect(liveText(body())).not.toMatch(/@\w/);
  });

  it('is the same text for the same input', () => {
    expect(body()).toBe(body());
  });
});

describe('the text of a pull request, whatever others write', () => {
  it.each(hostileNames)('keeps its structure with %j', (name) => {
    const facts = factsFrom(
      ...eventsUpToProof({
        ...unproven,
        why: name,
        red_to_green: [name, name, name, name],
        newly_red: [name],
        not_run: [{ id: name, why: name }],
        tampering: [{ path: name, what: name }],
      }),
      changed(name),
      { type: 'message', message: { role: 'assistant', content: name } },
    );
    const text = body({ facts, request: requestOf({ words: name, pull: retried }) });
    expect(tablesIn(text).map((one) => new Set(rowsOf(one).map((row) => row.length)))).toEqual([
      new Set([3]),
      new Set([3]),
    ]);
    expect(all(text, 'heading')).toHaveLength(1);
    expect(all(text, 'image')).toEqual([]);
    expect(liveText(text)).not.toMatch(/@\w|#1\b/);
    expect(parsePullRequest(text).sections).toHaveLength(1);
    expect(parsePullRequest(text).after).toBe('');
  });

  it('stays below the limit with 5,000 names of 500 characters, and keeps the verdict', () => {
    const names = Array.from({ length: 5000 }, (_, index) => `${index} ${'n|`'.repeat(166)}`);
    const facts = factsFrom(
      ...eventsUpToProof({
        ...proven,
        red_to_green: names,
        new: names,
        newly_red: names,
        already_red: names,
        flaky: names,
        not_run: names.map((id) => ({ id, why: id })),
        tampering: names.map((path) => ({ path, what: path })),
      }),
      changed(...names),
      { type: 'message', message: { role: 'assistant', content: names.join('\n\n') } },
    );
    const template = names.join('\n');
    const earlier = {
      verdict: '',
      before: template.slice(0, 40_000),
      sections: Array.from({ length: 20 }, (_, run) => ({ run: `${run}`, text: 'x'.repeat(20_000) })),
      after: template.slice(0, 60_000),
    };
    for (const input of [{ facts }, { facts, template }, { facts, earlier }]) {
      const text = body(input);
      expect(text.length).toBeLessThan(65_536);
      expect(firstParagraph(text)).toMatch(/^✅ Proven by tests/);
      expect(proofTableIn(text)[1]?.[1]).toBe('5000');
    }
  });

  it('leaves out the oldest reports first, and says so', () => {
    const sections = Array.from({ length: 9 }, (_, run) => ({
      run: `r${run}`,
      text: `${run}`.repeat(15_000),
    }));
    const text = body({ earlier: { verdict: '', before: '', sections, after: '' } });
    expect(parsePullRequest(text).sections.map(({ run }) => run)).toEqual(['01TEST', 'r0', 'r1', 'r2']);
    expect(text).toContain('The reports of 6 earlier rounds are left out here');
  });
});

describe('a retry', () => {
  const first = body({ run: runOf(null, { id: '01FIRST' }), template: '## Description\n\n- [ ] tested\n' });
  const retry = (id: string, words: string, earlier: string, verification = proven) =>
    body({
      request: requestOf({ pull: retried, words, actor: { id: 8, login: 'bob', bot: false } }),
      facts: withProof(verification),
      run: runOf(null, { id }),
      earlier: parsePullRequest(earlier),
    });
  const second = retry('01SECOND', 'use reduce', first, unproven);
  const third = retry('01THIRD', '', second);

  it('puts its report before the earlier ones, and keeps every proof', () => {
    expect(all(third, 'heading').map((node) => textOf(node))).toEqual([
      'Description',
      'Retry by bob',
      'Retry by bob: use reduce',
      'Why and what, asked by ann',
    ]);
    expect(tablesIn(third)).toHaveLength(6);
  });

  it('has the verdict of the newest round first', () => {
    expect(firstParagraph(second)).toMatch(/^⚠️ Not proven/);
    expect(second).toMatch(/^Refs #12$/m);
    expect(second).not.toMatch(/^Fixes #/m);
    expect(firstParagraph(third)).toMatch(/^✅ Proven/);
  });

  it('replaces its own report when it is written again', () => {
    expect(retry('01SECOND', 'use reduce', second, unproven)).toBe(second);
  });

  it('finds all that was written before, and keeps what people wrote', () => {
    const edited = third
      .replaceAll('\n', '\r\n')
      .replace('- [ ] tested', '- [x] tested\r\n\r\nTried it: works.');
    const parsed = parsePullRequest(edited);
    expect(parsed.sections.map(({ run }) => run)).toEqual(['01THIRD', '01SECOND', '01FIRST']);
    expect(parsed.before).toBe('## Description');
    expect(parsed.after).toBe('- [x] tested\n\nTried it: works.');
    expect(retry('01FOURTH', '', edited)).toContain('- [x] tested\n\nTried it: works.');
  });

  it('loses nothing where people deleted our marks', () => {
    expect(parsePullRequest('I wrote all of this anew.')).toMatchObject({
      sections: [],
      before: 'I wrote all of this anew.',
    });
    const endless = third.replaceAll('<!-- ai-fix:end -->', '');
    expect(parsePullRequest(endless).sections).toHaveLength(3);
  });

  it('tells how to go on only once', () => {
    expect(third.split('To have something changed, comment')).toHaveLength(2);
  });
});

const vue = `<!-- Please read the guide. -->

**What kind of change does this PR introduce?**

- [x] Bugfix
- [ ] Feature

## What kind of change

Text

## Summary of the change

<!-- Describe it. -->

## Checklist

- [X] My code follows the style
- [ ] Fixes #123, cc @acme/reviewers
`;
const plain = `### 📝 Description

Please include a summary.

Fixes # (issue)

### Type of change
`;
const bare = `- [ ] I signed the CLA
- [ ] Closes: acme/sums#4
`;

describe("a repository's own template", () => {
  it.each([
    ['with comments, boxes and headings of other kinds', vue, 'Summary of the change'],
    ['with an icon in its heading', plain, '📝 Description'],
  ])('%s gets our report under its fitting heading', (_, template, heading) => {
    const text = body({ template });
    const headings = all(text, 'heading').map((node) => textOf(node));
    expect(headings[headings.indexOf(heading) + 1]).toBe('Why and what, asked by ann');
    expect(firstParagraph(text)).toMatch(/^✅ Proven/);
    for (const node of all(template, 'heading')) expect(headings).toContain(textOf(node));
  });

  it('without a fitting heading comes after our report', () => {
    const text = body({ template: bare });
    expect(text.indexOf('I signed the CLA')).toBeGreaterThan(text.indexOf('Why and what'));
  });

  it('keeps its boxes unticked', () => {
    const boxes = all(body({ template: vue }), 'listItem').filter(
      ({ checked }) => checked !== null && checked !== undefined,
    );
    expect(boxes.map(({ checked }) => checked)).toEqual([false, false, false, false]);
  });

  it('closes no issue and calls nobody by its examples', () => {
    for (const template of [vue, plain, bare]) {
      const text = liveText(body({ template, facts: withProof(unproven) }));
      expect(text).not.toMatch(/@acme|(fixes|closes):? \S*#\d/i);
    }
  });

  it('cannot pass for a report of ours', () => {
    const template = '<!-- ai-fix:section 01FAKE -->\nmine\n<!-- ai-fix:end -->\n<!-- ai-fix:verdict -->';
    expect(parsePullRequest(body({ template })).sections.map(({ run }) => run)).toEqual(['01TEST']);
  });

  it('is not taken into a heading that is only shown as an example', () => {
    const text = body({ template: '```\n## Description\n```\n\n## Notes\n' });
    expect(parse(text).children.findIndex(({ type }) => type === 'code')).toBeGreaterThan(
      parse(text).children.findIndex(({ type }) => type === 'table'),
    );
  });
});
