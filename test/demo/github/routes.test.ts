import type { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commitFile, startWithRepository, sums } from '../../support/github.ts';

let test: Awaited<ReturnType<typeof startWithRepository>>;
let ann: Octokit;
let app: Octokit;

beforeAll(async () => {
  test = await startWithRepository();
  test.github.createUser('bob');
  test.github.setPermission('acme/sums', 'bob', 'maintain');
  ann = test.as('ann');
  app = test.asInstallation(test.installation);
});
afterAll(async () => {
  await test.github.settled();
  expect(test.deviations).toEqual([]);
  expect(test.github.requests.filter(({ error }) => error !== null)).toEqual([]);
  await test[Symbol.asyncDispose]();
});

describe('the App', () => {
  it('knows itself and its installations', async () => {
    const self = test.asApp();
    expect((await self.rest.apps.getAuthenticated()).data?.slug).toBe('ai-fix');
    const { data } = await self.rest.apps.listInstallations();
    expect(data.map(({ id }) => id)).toEqual([test.installation]);
    const byId = await self.rest.apps.getInstallation({ installation_id: test.installation });
    expect(byId.data.id).toBeGreaterThan(2 ** 32);
    expect((await self.rest.apps.getRepoInstallation(sums)).data.id).toBe(test.installation);
    expect((await self.rest.apps.getOrgInstallation({ org: 'acme' })).data.id).toBe(test.installation);
    await self.rest.apps.getWebhookConfigForApp();
    const { data: own } = await app.rest.apps.listReposAccessibleToInstallation();
    expect(own.repositories.map(({ full_name }) => full_name)).toEqual(['acme/sums']);
  });

  it('asks what everybody may do', async () => {
    test.github.createUser('nobody');
    const role = async (username: string) => {
      const { data } = await app.rest.repos.getCollaboratorPermissionLevel({ ...sums, username });
      return [data.permission, data.role_name];
    };
    expect(await role('ann')).toEqual(['write', 'write']);
    expect(await role('bob')).toEqual(['write', 'maintain']);
    expect(await role('nobody')).toEqual(['none', 'none']);
    await ann.rest.users.getAuthenticated();
    await app.rest.users.getByUsername({ username: 'ai-fix[bot]' });
    await app.rest.repos.get(sums);
  });
});

describe('issues', () => {
  it('are made, changed, listed and closed', async () => {
    const { data: issue } = await ann.rest.issues.create({
      ...sums,
      title: 'One',
      body: 'Text',
      labels: ['bug', 'new'],
      assignees: ['bob'],
    });
    const at = { ...sums, issue_number: issue.number };
    expect(await test.news()).toEqual([
      'installation.created',
      'issues.opened',
      'issues.labeled',
      'issues.labeled',
      'issues.assigned',
    ]);
    await ann.rest.issues.update({ ...at, title: 'Two', state: 'closed', state_reason: 'not_planned' });
    await ann.rest.issues.update({ ...at, state: 'open' });
    await ann.rest.issues.setLabels({ ...at, labels: ['bug'] });
    expect(await test.news()).toEqual([
      'issues.edited',
      'issues.closed',
      'issues.reopened',
      'issues.unlabeled',
    ]);
    const { data: found } = await app.rest.issues.listForRepo({ ...sums, labels: 'BUG', state: 'all' });
    expect(found.map(({ number }) => number)).toEqual([issue.number]);
    expect((await app.rest.issues.get(at)).data).toMatchObject({
      title: 'Two',
      state: 'open',
      closed_by: null,
    });
    await app.rest.issues.listLabelsOnIssue(at);
    await app.rest.issues.removeLabel({ ...at, name: 'Bug' });
    await app.rest.issues.addAssignees({ ...at, assignees: ['ann'] });
    await ann.rest.issues.lock(at);
    await ann.rest.issues.unlock(at);
    await app.rest.issues.listLabelsForRepo(sums);
    await app.rest.issues.getLabel({ ...sums, name: 'bug' });
    await ann.rest.issues.createLabel({ ...sums, name: 'ai-fix', color: '0e8a16', description: 'Fix it' });
    await ann.rest.issues.deleteLabel({ ...sums, name: 'new' });
  });

  it('are found by label, owner and time of change, and tell who labelled them', async () => {
    const { data: issue } = await ann.rest.issues.create({ ...sums, title: 'Find me', body: 'Here' });
    const at = { ...sums, issue_number: issue.number };
    await ann.rest.issues.addLabels({ ...at, labels: ['wanted'] });
    const search = async (q: string) =>
      (await app.rest.search.issuesAndPullRequests({ q, sort: 'updated', order: 'asc' })).data;
    const open = 'is:issue state:open archived:false user:acme';
    const found = await search(`${open} label:"Wanted" updated:>=2020-01-01T00:00:00Z`);
    expect(found.items.map(({ number }) => number)).toEqual([issue.number]);
    expect((await search(`${open} label:wanted updated:>=2999-01-01T00:00:00Z`)).total_count).toBe(0);
    expect((await search('is:issue label:wanted user:ann')).total_count).toBe(0);
    await ann.rest.issues.removeLabel({ ...at, name: 'wanted' });
    expect((await search(`${open} label:wanted`)).total_count).toBe(0);
    const { data: events } = await app.rest.issues.listEvents(at);
    expect(events.map(({ event, actor }) => [event, actor?.login])).toEqual([
      ['labeled', 'ann'],
      ['unlabeled', 'ann'],
    ]);
    await expect(search('stars:>3')).rejects.toThrow('Validation Failed');
  });

  it('drop the labels of people who may not set them', async () => {
    test.github.createUser('reader');
    test.github.setPermission('acme/sums', 'reader', 'read');
    const { data } = await test.as('reader').rest.issues.create({ ...sums, title: 'x', labels: ['ai-fix'] });
    expect(data.labels).toEqual([]);
  });

  it('go away by deletion and transfer', async () => {
    await test.github.createRepository('acme', 'other', { files: {} as Record<string, string> });
    const { data: one } = await ann.rest.issues.create({ ...sums, title: 'To delete' });
    const { data: two } = await ann.rest.issues.create({ ...sums, title: 'To move' });
    await test.news();
    await test.github.deleteIssue('acme/sums', one.number, 'ann');
    const number = test.github.transferIssue('acme/sums', two.number, 'acme/other', 'ann');
    expect(await test.news()).toEqual(['issues.deleted', 'issues.transferred']);
    const moved = await app.rest.issues.get({ owner: 'acme', repo: 'other', issue_number: number });
    expect(moved.data.title).toBe('To move');
  });

  it('have comments on pages, and since a time', async () => {
    const { data: issue } = await ann.rest.issues.create({ ...sums, title: 'Talk' });
    const at = { ...sums, issue_number: issue.number };
    for (const body of ['a', 'b', 'c']) await ann.rest.issues.createComment({ ...at, body });
    const all = await app.paginate(app.rest.issues.listComments, { ...at, per_page: 2 });
    expect(all.map(({ body }) => body)).toEqual(['a', 'b', 'c']);
    const later = await app.rest.issues.listComments({ ...at, since: '2999-01-01T00:00:00Z' });
    expect(later.data).toEqual([]);
    const last = all.at(-1)?.id ?? 0;
    await app.rest.issues.getComment({ ...sums, comment_id: last });
    await ann.rest.issues.deleteComment({ ...sums, comment_id: last });
    await app.rest.issues.listCommentsForRepo(sums);
    expect((await test.news()).at(-1)).toBe('issue_comment.deleted');
  });

  it('have reactions, each once per account', async () => {
    const { data: issue } = await ann.rest.issues.create({ ...sums, title: 'React' });
    const at = { ...sums, issue_number: issue.number, content: 'eyes' } as const;
    const first = await app.rest.reactions.createForIssue(at);
    const second = await app.rest.reactions.createForIssue(at);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.data.id).toBe(first.data.id);
    expect((await app.rest.issues.get(at)).data.reactions?.eyes).toBe(1);
    await app.rest.reactions.listForIssue(at);
    await app.rest.reactions.deleteForIssue({ ...at, reaction_id: first.data.id });
    const { data: comment } = await ann.rest.issues.createComment({ ...at, body: 'x' });
    await app.rest.reactions.createForIssueComment({ ...sums, comment_id: comment.id, content: 'confused' });
    await app.rest.reactions.listForIssueComment({ ...sums, comment_id: comment.id });
    expect((await app.rest.reactions.listForIssue(at)).data).toEqual([]);
  });
});

describe('git data', () => {
  it('are blobs, trees, commits, refs, contents and comparisons', async () => {
    const { data: blob } = await app.rest.git.createBlob({ ...sums, content: 'aGk=', encoding: 'base64' });
    const { data: read } = await app.rest.git.getBlob({ ...sums, file_sha: blob.sha });
    expect(Buffer.from(read.content, 'base64').toString()).toBe('hi');
    const sha = await commitFile(app, 'deep/er/new.js', 'x\n'.repeat(50), { branch: 'data' });
    const { data: tree } = await app.rest.git.getTree({ ...sums, tree_sha: 'data', recursive: 'true' });
    expect(tree.tree.map(({ path }) => path)).toEqual([
      'deep',
      'deep/er',
      'deep/er/new.js',
      'lib',
      'lib/a.js',
      'sum.js',
    ]);
    await app.rest.git.getCommit({ ...sums, commit_sha: sha });
    const { data: matching } = await app.rest.git.listMatchingRefs({ ...sums, ref: 'heads/da' });
    expect(matching.map(({ ref }) => ref)).toEqual(['refs/heads/data']);
    const next = await commitFile(app, 'deep/er/new.js', 'y\n', { parent: 'data' });
    await app.rest.git.updateRef({ ...sums, ref: 'heads/data', sha: next });
    await expect(app.rest.git.updateRef({ ...sums, ref: 'heads/data', sha })).rejects.toThrow(
      'Update is not a fast forward',
    );
    await app.rest.git.updateRef({ ...sums, ref: 'heads/data', sha, force: true });
    await test.github.settled();
    expect(test.received.at(-1)?.payload ?? test.received.at(-2)?.payload).toBeDefined();
    expect(test.received.findLast(({ name }) => name === 'push')?.payload.forced).toBe(true);
    const { data: file } = await app.rest.repos.getContent({ ...sums, path: 'deep/er/new.js', ref: 'data' });
    expect(file).toMatchObject({ type: 'file', size: 100 });
    const raw = await app.rest.repos.getContent({ ...sums, path: 'sum.js', mediaType: { format: 'raw' } });
    expect(raw.data).toBe('one\ntwo\nthree\n');
    const { data: root } = await app.rest.repos.getContent({ ...sums, path: '' });
    expect(root).toMatchObject([{ name: 'lib', type: 'dir' }, { name: 'sum.js' }]);
    const { data: compared } = await app.rest.repos.compareCommitsWithBasehead({
      ...sums,
      basehead: 'main...data',
    });
    expect(compared).toMatchObject({
      status: 'ahead',
      ahead_by: 1,
      files: [{ status: 'added', additions: 50 }],
    });
    await app.rest.repos.getBranch({ ...sums, branch: 'data' });
    await app.rest.repos.listBranches(sums);
    await app.rest.repos.listCommits({ ...sums, sha: 'data' });
    expect((await app.rest.repos.getCommit({ ...sums, ref: 'data' })).data.author?.login).toBe('ai-fix[bot]');
    await app.rest.git.deleteRef({ ...sums, ref: 'heads/data' });
  });

  it('keep modes, and a directory leaves with its last file', async () => {
    const { data: main } = await app.rest.repos.getCommit({ ...sums, ref: 'main' });
    const { data: tree } = await app.rest.git.createTree({
      ...sums,
      base_tree: main.commit.tree.sha,
      tree: [
        { path: 'lib/a.js', mode: '100644', type: 'blob', sha: null },
        { path: 'run', mode: '100755', type: 'blob', content: '#!/bin/sh\n' },
        { path: 'link', mode: '120000', type: 'blob', content: 'run' },
      ],
    });
    expect(tree.tree.map(({ path, mode }) => `${mode} ${path}`)).toEqual([
      '120000 link',
      '100755 run',
      '100644 sum.js',
    ]);
  });

  it('sign what an App commits without naming anybody, and store its message as it is', async () => {
    const { data: main } = await app.rest.repos.getCommit({ ...sums, ref: 'main' });
    const commit = { ...sums, message: 'No newline', tree: main.commit.tree.sha, parents: [main.sha] };
    const own = await app.rest.git.createCommit(commit);
    const named = await app.rest.git.createCommit({
      ...commit,
      author: { name: 'A', email: 'a@example.org' },
    });
    expect(own.data.message).toBe('No newline');
    expect([own, named].map(({ data }) => data.verification.verified)).toEqual([true, false]);
  });
});

describe('checks', () => {
  it('run, offer buttons and are asked for again', async () => {
    const sha = await commitFile(app, 'checked.js', 'x\n', { branch: 'checked' });
    await test.news();
    const { data: run } = await app.rest.checks.create({
      ...sums,
      name: 'ai-fix',
      head_sha: sha,
      status: 'in_progress',
      external_id: 'run-1',
      actions: [{ label: 'Stop', description: 'Stop the run', identifier: 'stop' }],
    });
    const annotation = {
      path: 'checked.js',
      start_line: 1,
      end_line: 1,
      annotation_level: 'notice',
      message: 'm',
    } as const;
    const output = { title: 'Proven', summary: 'Yes', annotations: [annotation] };
    const at = { ...sums, check_run_id: run.id };
    await app.rest.checks.update({ ...at, output });
    const { data: done } = await app.rest.checks.update({ ...at, conclusion: 'success', output });
    expect(done).toMatchObject({ status: 'completed', output: { annotations_count: 2 } });
    await test.github.pressButton('acme/sums', run.id, 'stop', 'ann');
    await ann.rest.checks.rerequestRun(at);
    expect(await test.news()).toEqual([
      'check_run.created',
      'check_run.completed',
      'check_run.requested_action',
      'check_run.rerequested',
    ]);
    await app.rest.checks.get(at);
    const { data: list } = await app.rest.checks.listForRef({
      ...sums,
      ref: 'checked',
      check_name: 'ai-fix',
    });
    expect(list.check_runs.map(({ id }) => id)).toEqual([run.id]);
    await app.rest.checks.listSuitesForRef({ ...sums, ref: 'checked' });
    await app.rest.checks.getSuite({ ...sums, check_suite_id: run.check_suite?.id ?? 0 });
    await ann.rest.repos.createCommitStatus({ ...sums, sha, state: 'failure', context: 'ci' });
    const { data: status } = await app.rest.repos.getCombinedStatusForRef({ ...sums, ref: sha });
    expect(status).toMatchObject({ state: 'failure', total_count: 1 });
    await app.rest.repos.listCommitStatusesForRef({ ...sums, ref: sha });
  });
});
