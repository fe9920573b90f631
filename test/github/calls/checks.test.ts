import { describe, expect, it } from 'vitest';
import {
  createCheck,
  listFailedChecks,
  type NewCheck,
  updateCheck,
} from '../../../src/github/calls/checks.ts';
import { readConfigFile, readOwnerDefaults } from '../../../src/github/calls/config-files.ts';
import { losses, me, repository, startGitHub } from '../../support/github-server.ts';

const check: NewCheck = {
  name: 'ai-fix',
  commit: 'abc',
  run: 'run1',
  conclusion: null,
  title: 'At work',
  summary: 'Reading',
  actions: [{ label: 'Stop', description: 'Stop this run', identifier: 'stop' }],
};

describe('checks', () => {
  it.each(losses)('are made once when the answer is lost: %s', async (loss) => {
    const runs: { id: number; external_id: string; app: { id: number } }[] = [
      { id: 1, external_id: 'run1', app: { id: 3 } },
    ];
    await using server = await startGitHub({
      'GET /repos/ann/sums/commits/abc/check-runs': () => ({
        status: 200,
        body: { total_count: runs.length, check_runs: runs },
      }),
      'POST /repos/ann/sums/check-runs': ({ body }) => {
        runs.push({ id: 2, external_id: body.external_id, app: { id: me.appId } });
        return { status: 201, body: runs.at(-1) };
      },
      'PATCH /repos/ann/sums/check-runs/2': () => ({ status: 200, body: {} }),
    });
    server.lose(/POST .*check-runs/, loss);
    expect(await createCheck(server.octokit, repository, check, me)).toBe(2);
    expect(server.calls(/POST .*check-runs/)).toEqual([
      {
        name: 'ai-fix',
        head_sha: 'abc',
        external_id: 'run1',
        status: 'in_progress',
        output: { title: 'At work', summary: 'Reading' },
        actions: check.actions,
      },
    ]);
  });

  it('that an earlier process made say what this one says', async () => {
    const found = { id: 2, external_id: 'run1', app: { id: me.appId } };
    await using server = await startGitHub({
      'GET /repos/ann/sums/commits/abc/check-runs': () => ({
        status: 200,
        body: { total_count: 1, check_runs: [found] },
      }),
      'PATCH /repos/ann/sums/check-runs/2': () => ({ status: 200, body: {} }),
    });
    await createCheck(server.octokit, repository, { ...check, conclusion: 'success' }, me);
    expect(server.calls(/POST .*check-runs|PATCH/)).toMatchObject([{ conclusion: 'success' }]);
  });

  it('are completed by their conclusion', async () => {
    await using server = await startGitHub({
      'PATCH /repos/ann/sums/check-runs/2': () => ({ status: 200, body: {} }),
    });
    const state = { conclusion: 'success', title: 'Proven', summary: 'All green', actions: [] } as const;
    await updateCheck(server.octokit, repository, 2, { ...state, actions: [] });
    expect(server.calls(/PATCH/)).toEqual([
      {
        status: 'completed',
        conclusion: 'success',
        output: { title: 'Proven', summary: 'All green' },
        actions: [],
      },
    ]);
  });

  it('that failed are told with what they put out, ours and green ones left out', async () => {
    const run = (name: string, conclusion: string | null, app = 15368) => ({
      name,
      conclusion,
      app: { id: app },
      html_url: `u/${name}`,
      output: { title: `${name} title`, summary: 'summary', text: null },
    });
    await using server = await startGitHub({
      'GET /repos/ann/sums/commits/abc/check-runs': () => ({
        status: 200,
        body: {
          total_count: 4,
          check_runs: [
            run('lint', 'failure'),
            run('build', 'success'),
            run('slow', null),
            run('ai-fix', 'failure', 2),
          ],
        },
      }),
      'GET /repos/ann/sums/commits/abc/status': () => ({
        status: 200,
        body: {
          statuses: [
            { context: 'ci/old', state: 'error', description: 'broke', target_url: 'u/old' },
            { context: 'ci/fine', state: 'success', description: null, target_url: null },
          ],
        },
      }),
    });
    expect(await listFailedChecks(server.octokit, repository, 'abc', me)).toEqual([
      { name: 'lint', summary: 'lint title\n\nsummary' },
      { name: 'ci/old', summary: 'broke' },
    ]);
  });
});

describe('configuration files', () => {
  const file = (text: string) => ({
    type: 'file',
    encoding: 'base64',
    size: text.length,
    content: `${Buffer.from(text).toString('base64')}\n`,
  });

  it('are read at a commit, and are null where there is none or a directory', async () => {
    await using server = await startGitHub({
      'GET /repos/ann/sums/contents/.github/ai-fix.yml': ({ query }) =>
        query.get('ref') === 'abc' ? { status: 200, body: file('model: ü') } : { status: 200, body: [] },
    });
    expect(await readConfigFile(server.octokit, repository, 'abc')).toBe('model: ü');
    expect(await readConfigFile(server.octokit, repository, 'other')).toBeNull();
    expect(await readOwnerDefaults(server.github().forOwnerDefaults(repository), repository)).toBeNull();
  });

  it('of the owner are null when the installation does not cover the .github repository', async () => {
    await using server = await startGitHub({
      'POST .*/access_tokens': () => ({
        status: 422,
        body: { message: 'There is at least one repository that does not exist or is not accessible' },
      }),
    });
    expect(await readOwnerDefaults(server.github().forOwnerDefaults(repository), repository)).toBeNull();
  });

  it('that are far too large are refused in words', async () => {
    await using server = await startGitHub({
      'GET /repos/ann/sums/contents/.github/ai-fix.yml': () => ({
        status: 200,
        body: { ...file('x'), size: 70_000 },
      }),
    });
    await expect(readConfigFile(server.octokit, repository, 'abc')).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('70000 bytes'),
    });
  });
});
