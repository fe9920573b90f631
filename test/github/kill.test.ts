import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import type { LocalGitHub } from '../../src/demo/github/server.ts';
import { createGitHub } from '../../src/github/connection/client.ts';
import { openPublishPort } from '../../src/github/publish-port.ts';
import { createRepositoryWriter } from '../../src/github/repository-writer.ts';
import { openStore } from '../../src/store/store.ts';
import { printMarker } from '../../src/text/markers.ts';
import { commitFile, startWithRepository, sums } from '../support/github.ts';
import { openDirectory } from '../support/store.ts';

const modules = {
  store: new URL('../../src/store/store.ts', import.meta.url).href,
  client: new URL('../../src/github/connection/client.ts', import.meta.url).href,
  publishPort: new URL('../../src/github/publish-port.ts', import.meta.url).href,
  writer: new URL('../../src/github/repository-writer.ts', import.meta.url).href,
};

/** Writes have to be told from others within 21 times this, however slow this machine is. */
const pace = { betweenWrites: 0, betweenNotifications: 0, beforeRepetition: 1500 };

const status = `${printMarker({ kind: 'status', run: '01run' })}\nAt work.`;
const answer = `${printMarker({ kind: 'answer', run: 'comment-17' })}\nYes.`;
const newCheck = {
  name: 'ai-fix',
  run: '01run',
  conclusion: null,
  title: 'At work',
  summary: '',
  actions: [],
};

interface Place {
  issue: number;
  commit: string;
}

/** What both processes do: one call of what a process has of GitHub. */
const writes: {
  what: string;
  path: RegExp;
  lists: RegExp;
  write(place: Place): { on: 'writer' | 'publisher'; method: string; given: unknown[] };
  count(as: ReturnType<Awaited<ReturnType<typeof startWithRepository>>['as']>, place: Place): Promise<number>;
}[] = [
  {
    what: 'status comment',
    path: /\/comments$/,
    lists: /\/issues\/\d+\/comments/,
    write: ({ issue }) => ({ on: 'writer', method: 'comment', given: [issue, status] }),
    count: async ({ rest }, { issue }) =>
      (await rest.issues.listComments({ ...sums, issue_number: issue })).data.length,
  },
  {
    what: 'answer',
    path: /\/comments$/,
    lists: /\/issues\/\d+\/comments/,
    write: ({ issue }) => ({ on: 'writer', method: 'comment', given: [issue, answer] }),
    count: async ({ rest }, { issue }) =>
      (await rest.issues.listComments({ ...sums, issue_number: issue })).data.length,
  },
  {
    what: 'check',
    path: /\/check-runs$/,
    lists: /\/check-runs/,
    write: ({ commit }) => ({ on: 'writer', method: 'createCheck', given: [{ ...newCheck, commit }] }),
    count: async ({ rest }, { commit }) =>
      (await rest.checks.listForRef({ ...sums, ref: commit })).data.total_count,
  },
  {
    what: 'pull request',
    path: /\/pulls$/,
    lists: /\/pulls\?/,
    write: ({ commit }) => ({
      on: 'publisher',
      method: 'openPull',
      given: [{ title: 'Mend it', body: 'By tests.', branch: 'ai-fix/1-mend', commit, base: 'main' }],
    }),
    count: async ({ rest }) => (await rest.pulls.list({ ...sums, state: 'all' })).data.length,
  },
  {
    what: 'branch',
    path: /\/git\/refs$/,
    lists: /\/git\/ref\//,
    write: ({ commit }) => ({ on: 'publisher', method: 'setBranch', given: ['ai-fix/2-more', commit, null] }),
    count: async ({ rest }) =>
      (await rest.git.listMatchingRefs({ ...sums, ref: 'heads/ai-fix/2' })).data.length,
  },
];

it.each(writes)(
  'a process killed before it saw the answer leaves one $what, however long lists lag',
  async ({ path, lists, write, count }) => {
    await using test = await startWithRepository();
    await using made = await openDirectory();
    const { github } = test;
    const ann = test.as('ann');
    const commit = await commitFile(ann, 'fix.js', 'mended', { branch: 'ai-fix/1-mend' });
    const { data: issue } = await ann.rest.issues.create({ ...sums, title: 'Broken' });
    const { data: about } = await ann.rest.repos.get(sums);
    const where = { installation: test.installation, id: about.id, owner: sums.owner, name: sums.repo };
    const repository = { host: new URL(github.serverUrl).host, ...where };
    const place = { issue: issue.number, commit };
    const options = { ...optionsFor(github), pace };
    const shown = github.lag(lists, 3_600_000);
    github.inject({ method: 'POST', path, when: 'after', fault: 'hang' });

    const call = write(place);
    const child = inProcess(made.place, options, repository, call);
    await expect.poll(() => count(ann, place), { timeout: 60_000 }).toBe(1);
    child.kill('SIGKILL');
    await once(child, 'exit');

    await using store = await openStore(made.place);
    const again = createGitHub({ ...options, writes: store.writes });
    const open = call.on === 'writer' ? createRepositoryWriter : openPublishPort;
    const target: object = await open(again, repository, (text) => text);
    const looks = () => github.requests.filter((one) => one.method === 'GET' && lists.test(one.path)).length;
    const posts = () => github.requests.filter((one) => one.method === 'POST' && path.test(one.path)).length;
    const [before, asked] = [looks(), posts()];
    const written: Promise<unknown> = Reflect.get(target, call.method)(...call.given);
    const isLookingAgain = () => looks() > before + 1 || posts() > asked;
    await expect.poll(isLookingAgain, { timeout: 60_000 }).toBe(true);
    shown();
    await written;
    expect(await count(ann, place)).toBe(1);
    expect(posts()).toBe(asked);
  },
);

function optionsFor({ app, apiUrl }: LocalGitHub) {
  return { appId: app.id, privateKey: app.privateKey, apiUrl };
}

/** A process of its own that does the same, until it is killed. */
function inProcess(
  place: object,
  options: object,
  repository: object,
  call: { on: string; method: string; given: unknown[] },
) {
  const source = `
    import { openStore } from ${JSON.stringify(modules.store)};
    import { createGitHub } from ${JSON.stringify(modules.client)};
    import { openPublishPort } from ${JSON.stringify(modules.publishPort)};
    import { createRepositoryWriter } from ${JSON.stringify(modules.writer)};
    const store = await openStore(${JSON.stringify(place)});
    const github = createGitHub({ ...${JSON.stringify(options)}, writes: store.writes });
    const open = ${call.on === 'writer' ? 'createRepositoryWriter' : 'openPublishPort'};
    const target = await open(github, ${JSON.stringify(repository)}, (text) => text);
    await target[${JSON.stringify(call.method)}](...${JSON.stringify(call.given)});`;
  return spawn(process.execPath, ['--input-type=module-typescript', '--eval', source], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
