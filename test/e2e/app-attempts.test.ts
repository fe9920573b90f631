import { expect, it } from 'vitest';
import { goodFix, outcomeOf, startTestApp } from '../support/app-run.ts';
import { write } from '../support/fix.ts';
import { fixedTotal, sumsFiles } from '../support/sums.ts';

const bash = (command: string) => ({ calls: [{ name: 'bash', arguments: { command } }] });
const done = { content: 'The loop now runs over the whole list.' };
const files = { ...sumsFiles, '.github/ai-fix.yml': 'attempts: 2\nescalation_effort: max\n' };
const source = bash(write('lib/total.js', fixedTotal));
const breaking = bash(write('lib/mean.js', 'export const mean = () => 0;\n'));

it('a second attempt that proves its change is published, and says why it was taken', async () => {
  await using app = await startTestApp();
  const title = 'Totals at the second try';
  const repository = await app.repository({ files });
  app.play(title, [bash(goodFix[0] ?? ''), done, done], { attempt: 2 });
  app.play(title, [source, done, done], { attempt: 1 });
  const issue = await repository.label({ title });
  const run = await app.ended(title);
  expect(outcomeOf(run)).toMatchObject({ outcome: 'proven' });
  const [pull] = await repository.pulls();
  expect(pull).toMatchObject({ draft: true, commits: 1, changed_files: 2 });
  for (const text of [pull?.body, await repository.status(issue)]) {
    expect(text).toContain('Attempt 2 of 2 is taken: it is proven by tests.');
    expect(text).toContain('| 2, taken | `deepseek-v4-pro`, effort max | proven:');
  }
  const efforts = app.model.requests.map(({ reasoning_effort }) => reasoning_effort);
  expect(new Set(efforts)).toEqual(new Set(['high', 'max']));
});

it('the better one of two attempts without a proof is published, though it was not the last', async () => {
  await using app = await startTestApp();
  const title = 'Totals that nobody proves';
  const repository = await app.repository({ files });
  app.play(title, [source, breaking, { content: 'Rewritten.' }, done, done, done], { attempt: 2 });
  app.play(title, [source, done, done], { attempt: 1 });
  const issue = await repository.label({ title });
  const run = await app.ended(title);
  expect(outcomeOf(run)).toMatchObject({ outcome: 'unproven' });
  const [pull] = await repository.pulls();
  expect(pull).toMatchObject({ draft: true, commits: 1, changed_files: 1 });
  expect(pull?.body).toContain('Attempt 1 of 2 is taken: it alone breaks no test and weakens none.');
  expect(pull?.body).toContain('> The loop now runs over the whole list.');
  expect(pull?.body).not.toContain('lib/mean.js');
  expect(await repository.status(issue)).toContain('Attempt 1 of 2 is taken');
});
