import { toString as textOf } from 'mdast-util-to-string';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/core/errors.ts';
import type { Outcome } from '../../../src/core/outcome.ts';
import type { RunEnd } from '../../../src/core/run-record.ts';
import { nothingFound } from '../../../src/environment/detect/nothing-found.ts';
import { renderStatus, type StatusInput } from '../../../src/report/status/status-comment.ts';
import {
  all,
  eventsUpToProof,
  factsFrom,
  hostileNames,
  liveText,
  marker,
  published,
  requestOf,
  retried,
  runOf,
  start,
} from '../../support/report.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

function status(changes: Partial<StatusInput> = {}): string {
  return renderStatus({
    marker,
    request: requestOf(),
    facts: factsFrom(...eventsUpToProof()),
    run: runOf(),
    now: start + 60_000,
    ...changes,
  });
}

const ended = (outcome: Outcome, changes: Partial<RunEnd> = {}): RunEnd => ({
  outcome,
  why: 'so it is',
  published: null,
  ...changes,
});

const headlineOf = (text: string) => textOf(all(text, 'heading')[0]);

function failure(
  outcome: 'refused' | 'failed',
  code: ErrorCode | null,
  why = 'raw words of the error',
): string {
  const event = { type: 'outcome' as const, outcome, why, ...(code === null ? {} : { code }) };
  return status({ facts: factsFrom(event), run: runOf(ended(outcome, { why })) });
}

describe('the status comment while a run goes on', () => {
  it('begins with the marker, then says that it works', () => {
    const text = status();
    expect(text.split('\n')[0]).toBe(marker);
    expect(headlineOf(text)).toBe('⏳ Working on a fix');
  });

  it('says from which commit, what it reads, what it leaves out, and who asked, without a mention', () => {
    const text = status();
    expect(all(text, 'list')).toHaveLength(2); // the checklist, and the notes
    expect(text).toContain('`main` at [`bbbbbbbbbb`](https://github.com/acme/sums/commit/');
    expect(text).toContain('this issue and 1 comment');
    expect(text).toContain('2 comments by people without write access');
    expect(text).toContain('[ann](https://github.com/ann)');
    expect(liveText(text)).not.toMatch(/@\w/);
  });

  it('ticks the stages that are done, with what is known of them', () => {
    const items = all(status(), 'listItem').filter(
      ({ checked }) => checked !== null && checked !== undefined,
    );
    const shown = items.map((item) => [item.checked, textOf(item)]);
    expect(shown).toEqual([
      [true, 'Repository (1 s)'],
      [true, 'Environment: Node 24, npm, node:test (12 s, cached)'],
      [true, 'Tests before the change: 10 passed, 1 failed, 0 skipped (3 s)'],
      [true, 'Change: 2 files (60 s)'],
      [true, expect.stringContaining('Proof: 1 test fails without the fix')],
      [false, 'Pull request'],
    ]);
  });

  it('is the same text within a minute, so that nothing is sent', () => {
    expect(status({ now: start + 119_999 })).toBe(status());
    expect(status({ now: start + 120_000 })).not.toBe(status());
  });

  it('does not change with every step of the agent', () => {
    const events = eventsUpToProof();
    const isTurn = (type: string) => type === 'turn_ended';
    const one = events.findLastIndex(({ type }) => isTurn(type));
    const fewer = events.filter((_, index) => index !== one);
    const line = (text: string) => text.split('\n').find((part) => part.includes('so far'));
    expect(line(status({ facts: factsFrom(...fewer) }))).toBe(line(status()));
    expect(line(status())).toBe('1 min so far, 5+ steps, $0.02');
  });

  it('says that it waits before it began, and that it stops when somebody asked', () => {
    expect(headlineOf(status({ run: runOf(null, { startedAt: null }) }))).toBe('⏳ Waiting to work on a fix');
    expect(headlineOf(status({ run: runOf(null, { cancelReason: '@ann said stop' }) }))).toBe('⏳ Stopping');
  });

  it('tells how to stop it', () => {
    expect(status()).toContain('/deepseek stop');
  });
});

describe('the status comment of a run that ended', () => {
  it.each<[RunEnd, string, RegExp]>([
    [ended('proven', { published }), '✅ Done: pull request #13', /Next:.*Review #13.*\/deepseek retry/],
    [ended('unproven', { published }), '⚠️ Not proven: pull request #13', /with care.*\/deepseek retry/],
    [ended('unproven'), '⚠️ Not proven', /Nothing was published.*add the label/],
    [ended('no_change'), 'ℹ️ Nothing changed', /say in the issue what happens/],
    [ended('cancelled'), '⏹️ Cancelled', /add the label/],
  ])('%j has its headline and next step', (end, headline, next) => {
    const text = status({ run: runOf(end) });
    expect(headlineOf(text)).toBe(headline);
    expect(text).toMatch(next);
    expect(text).toContain('3 min 12 s, 7 steps of `deepseek-v4-pro`, $0.01');
  });

  it('ticks the pull request also where only the end of the run tells of it', () => {
    expect(status({ run: runOf(ended('proven', { published })) })).toMatch(/^- \[x\] Pull request: #13$/m);
  });

  it.each<[ErrorCode, RegExp, RegExp]>([
    ['model_refused_key', /refused the key/, /must set a valid `DEEPSEEK_API_KEY`/],
    ['model_out_of_money', /no money left/, /must top it up/],
    ['model_rate_limited', /asked too often/, /Wait a while/],
    ['model_unreachable', /could not be reached/, /after a while/],
    ['engine_unavailable', /Docker Engine does not answer/, /must start it/],
    ['github_unreachable', /GitHub gave no usable answer/, /githubstatus/],
    ['github_unauthorised', /does not accept the credentials/, /must check its key/],
    ['rate_limited', /limit for the requests of this App/, /Wait an hour/],
  ])(
    'a failure of the server (%s) says who can do what, and keeps its words to its log',
    (code, what, next) => {
      const text = failure('failed', code);
      expect(headlineOf(text)).toMatch(/^❌ Failed: /);
      expect(text).toMatch(what);
      expect(text).toMatch(next);
      expect(text).toContain('add the label `ai-fix` again');
      expect(text).not.toContain('raw words');
    },
  );

  it('names keep their capitals in the headline, and other first words do not', () => {
    expect(headlineOf(failure('failed', 'github_rejected'))).toBe(
      '❌ Failed: GitHub turned down what the App asked for',
    );
    expect(headlineOf(failure('failed', 'disk_full'))).toBe("❌ Failed: the server's disk is full");
  });

  it.each<ErrorCode>(['github_not_found', 'github_forbidden', 'github_rejected'])(
    '%s shows what GitHub said',
    (code) => {
      expect(failure('failed', code, 'Unarchive the repository')).toContain('Unarchive the repository');
    },
  );

  it("gives the example of the repository's own language where the words hold one, and nobody else's", async () => {
    const { message } = await nothingFound(repositoryFiles({ Gemfile: '' }));
    const own = all(failure('refused', 'no_environment', message), 'code');
    expect(own.map(({ value }) => value)).toContainEqual(
      expect.stringMatching(/^# \.github\/ai-fix\.yml\nsetup: .*\ninstall: .*\ntest: bundle exec rake test$/),
    );
    const forged = all(failure('refused', 'install_failed', 'it printed\n  install: curl x | sh\n'), 'code');
    expect(forged.map(({ value }) => value)).toContainEqual(expect.stringMatching(/^#.*\ninstall: npm ci\n/));
  });

  it.each<ErrorCode>(['install_failed', 'tests_do_not_start', 'no_environment'])(
    '%s shows what was said and what to put into .github/ai-fix.yml',
    (code) => {
      const text = failure('refused', code, 'npm ci failed\n@ann ``` <b>');
      const [example, words] = all(text, 'code');
      expect(headlineOf(text)).toMatch(/^⛔ Not done: /);
      expect(example).toMatchObject({ lang: 'yaml', value: expect.stringContaining('install:') });
      expect(words?.value).toBe('npm ci failed\n@ann ``` <b>');
      expect(text).toContain('.github/ai-fix.yml');
    },
  );

  it('shows the words of a failure that nobody expected', () => {
    const text = failure('failed', null);
    expect(text).toContain('unexpected');
    expect(all(text, 'code')[0]?.value).toBe('raw words of the error');
  });

  it('says by whom it was cancelled, without a mention', () => {
    const text = status({ run: runOf(ended('cancelled'), { cancelReason: '@ann removed the label' }) });
    expect(text).toContain('The run was stopped: `@ann` removed the label');
  });

  it('leaves the stage unticked in which it stopped', () => {
    const facts = factsFrom(
      { type: 'stage_started', stage: 'environment' },
      { type: 'stage_ended', stage: 'environment', seconds: 30 },
      { type: 'outcome', outcome: 'refused', why: 'no', code: 'install_failed' },
    );
    const text = status({ facts, run: runOf(ended('refused')) });
    expect(text).toContain('- [ ] Environment (stopped here)');
    expect(text).toContain('- [ ] Proof (not reached)');
  });

  it('tells what the agent said where nothing was changed', () => {
    expect(all(status({ run: runOf(ended('no_change')) }), 'code')[0]?.value).toContain('no start value');
  });

  it('speaks of the review for a retry', () => {
    const request = requestOf({ pull: retried, words: 'use reduce' });
    expect(headlineOf(status({ request }))).toBe('⏳ Working on your review');
    expect(status({ request })).toContain('Asked for: use reduce');
    const text = status({ request, run: runOf(ended('proven', { published })) });
    expect(text).toContain('Review the new commit.');
  });
});

describe('the status comment, whatever others write', () => {
  it('stays far below the limit', () => {
    const long = 'x | `y` @ann #1\n'.repeat(20_000);
    const facts = factsFrom(
      ...eventsUpToProof(),
      ...Array.from({ length: 500 }, () => ({ type: 'note' as const, text: long })),
      { type: 'outcome', outcome: 'refused', why: long, code: 'install_failed' },
    );
    const request = requestOf({ words: long, leftOut: Array.from({ length: 500 }, () => long) });
    const text = status({ facts, request, run: runOf(ended('refused', { why: long })) });
    expect(text.length).toBeLessThan(65_536);
  });

  it.each(hostileNames)('keeps its structure with %j', (name) => {
    const facts = factsFrom(
      ...eventsUpToProof(),
      { type: 'note', text: name },
      {
        type: 'environment_ready',
        summary: name,
        cached: true,
        image: '',
        leftOut: [{ name, why: name }],
        notes: [name],
      },
    );
    const request = requestOf({ words: name, leftOut: [name], base: { branch: name, commit: 'b' } });
    const run = runOf(ended('cancelled'), { cancelReason: name });
    const text = status({ facts, request, run });
    expect(all(text, 'heading')).toHaveLength(1);
    expect(all(text, 'image')).toEqual([]);
    expect(liveText(text)).not.toMatch(/@\w|#1\b/);
    expect(
      all(text, 'html')
        .map(({ value }) => value)
        .join(''),
    ).not.toMatch(/script|img|ai-fix:end/);
  });
});
