import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, startTestApp, type TestApp } from '../../support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

/** The `issues.labeled` webhook of an issue that was just labelled, not sent yet. */
async function labelling(number: number, repository: Awaited<ReturnType<TestApp['repository']>>) {
  const withheld = await app.withheld(() => repository.label(number));
  const labeled = withheld.find(({ action }) => action === 'labeled');
  if (labeled === undefined) throw new Error('no webhook about the label');
  return JSON.parse(labeled.body) as { sender: Record<string, unknown> } & Record<string, unknown>;
}

describe('who labels an issue', () => {
  it.each<Person>(['maya', 'mia', 'adam'])('%s, who may write, starts a run', async (who) => {
    const repository = await app.repository();
    const number = await repository.issue();
    await repository.label(number, who);
    expect(await app.settled()).toEqual([expect.stringMatching(/^started /)]);
    expect(await repository.reactions(number)).toEqual(['eyes']);
    const [status, ...more] = await repository.answers(number);
    expect(more).toEqual([]);
    expect(status).toContain('Waiting to work on a fix');
    expect(status).toContain(`asked by [${who}]`);
  });

  it('somebody with triage alone is refused in words', async () => {
    const repository = await app.repository();
    const number = await repository.issue();
    await repository.label(number, 'tria');
    expect(await app.settled()).toEqual([expect.stringMatching(/^refused: /)]);
    const [answer, ...more] = await repository.answers(number);
    expect(more).toEqual([]);
    expect(answer).toContain('this needs write access to the repository');
    expect(await repository.reactions(number)).toEqual([]);
  });

  it.each(['rita', 'nora', 'stranger'])(
    '%s, who may not even triage, gets a sign and no words',
    async (who) => {
      const repository = await app.repository({ private: true });
      const number = await repository.issue();
      const payload = await labelling(number, repository);
      const { id } = who === 'stranger' ? app.github.createUser('stranger') : { id: await idOf(who) };
      await app.deliver('issues', { ...payload, sender: { ...payload.sender, login: who, id } });
      expect(await app.settled()).toEqual([expect.stringMatching(/^refused: /)]);
      expect(repository.writes()).toEqual([
        `POST /repos/acme/${repository.where.repo}/issues/${number}/reactions`,
      ]);
      expect(await repository.reactions(number)).toEqual(['confused']);
    },
  );
});

async function idOf(login: string): Promise<number> {
  return (await app.as('adam').rest.users.getByUsername({ username: login })).data.id;
}
