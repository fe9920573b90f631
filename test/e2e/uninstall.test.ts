import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import {
  commands,
  containersOf,
  goodFix,
  outcomeOf,
  startTestApp as startWholeApp,
} from '../support/app-run.ts';

const cancelled = expect.stringMatching(/^cancelled /);
const started = expect.stringMatching(/^started /);

describe('an App that is uninstalled and installed again', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  const forgotten = () => app.log.filter((line) => line.includes('forgot what was uninstalled'));

  it('takes a label at once, and has forgotten what was before', async () => {
    app.github.createOrganisation('globex');
    const before = app.github.installApp('globex');
    const repository = await app.repository({ owner: 'globex' });
    const number = await repository.issue();
    await repository.label(number);
    expect(await app.settled()).toEqual([started]);
    app.github.uninstall('globex');
    expect(await app.settled()).toEqual([cancelled]);
    await repository.unlabel(number);

    expect(app.github.installApp('globex')).not.toBe(before);
    await repository.label(number);
    expect(await app.settled()).toEqual([started]);
    expect(forgotten()).toEqual([]);
    await app.restart();
    await expect.poll(forgotten, { timeout: 30_000 }).toHaveLength(1);
    await repository.comment(number, '/deepseek stop');
    expect(await app.settled()).toEqual([cancelled]);
  });

  it('that was only suspended has everything as it was', async () => {
    app.github.createOrganisation('initech');
    app.github.installApp('initech');
    const repository = await app.repository({ owner: 'initech' });
    const number = await repository.issue();
    await repository.label(number);
    await app.settled();
    app.github.suspend('initech');
    expect(await app.settled()).toEqual([cancelled]);
    app.github.unsuspend('initech');
    await app.restart();
    await repository.comment(number, '/deepseek status');
    expect(await app.settled()).toEqual(['answered: status']);
    expect((await repository.answers(number)).at(-1)).not.toContain('nothing ran before');
  });
});

it('a run whose App is uninstalled in the middle ends, and the next begins under the new installation', async () => {
  await using app = await startWholeApp();
  const title = 'Totals without an App';
  const repository = await app.repository();
  app.play(title, commands(goodFix));
  const hold = app.hold(title, 1);
  const issue = await repository.label({ title });
  await hold.reached;
  app.github.uninstall('acme');
  const run = await app.ended(title);
  hold.release();
  expect(outcomeOf(run)).toMatchObject({ outcome: 'cancelled', why: 'ai-fix was uninstalled' });
  expect(await containersOf(run)).toEqual([]);

  app.github.installApp('acme');
  const { issues } = repository.as('maya').rest;
  const where = { owner: repository.owner, repo: repository.repo, issue_number: issue };
  await issues.removeLabel({ ...where, name: 'ai-fix' });
  await issues.addLabels({ ...where, labels: ['ai-fix'] });
  expect(outcomeOf(await app.ended(title, 2))).toMatchObject({ outcome: 'proven' });
  expect(await repository.pulls()).toHaveLength(1);
});
