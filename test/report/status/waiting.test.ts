import { expect, it } from 'vitest';
import { waitingWords } from '../../../src/report/status/waiting.ts';
import { factsFrom } from '../../support/report.ts';

const until = '2026-03-01T16:40:00.000Z';

it('a run that waits for what passes asks nobody to do anything, and says when it goes on', () => {
  const facts = factsFrom({ type: 'parked', code: 'rate_limited', why: 'the limit is used up', until });
  expect(waitingWords(facts)).toMatch(
    /^GitHub's limit .+ The work is kept and goes on by itself, at about 16:40 UTC\.$/,
  );
  expect(waitingWords(facts)).not.toContain('Wait');
});

it('a run that waits for people says who has to do what', () => {
  const facts = factsFrom({ type: 'parked', code: 'model_out_of_money', why: 'no money', until: null });
  expect(waitingWords(facts)).toContain(
    'Whoever runs this App must top it up. The work is kept and goes on by itself.',
  );
});

it('a run that somebody goes on with does not wait any more', () => {
  const facts = factsFrom(
    { type: 'parked', code: null, why: 'the server stops', until: null },
    { type: 'run_resumed' },
  );
  expect(waitingWords(facts)).toBeNull();
});
