import { readCommit } from '../git/objects.ts';
import type { CheckRun, CheckSuite, CommitStatus, Repository, World } from '../state.ts';
import { nodeId, renderAccount, renderApp } from './accounts.ts';
import { renderPushedCommit } from './git.ts';
import { isPull } from './pulls.ts';
import { pageUrl, renderRepository, repositoryUrl } from './repositories.ts';

/** Open pull requests whose head a commit is. */
function pullsAt(world: World, repository: Repository, sha: string) {
  const api = repositoryUrl(world, repository);
  const end = (of: { ref: string; sha: string }) => ({
    ...of,
    repo: { id: repository.id, url: api, name: repository.name },
  });
  return repository.issues
    .values()
    .filter(isPull)
    .filter((issue) => issue.state === 'open' && issue.pull.head.sha === sha)
    .map(({ number, pull }) => ({
      url: `${api}/pulls/${number}`,
      id: pull.id,
      number,
      head: end(pull.head),
      base: end(pull.base),
    }))
    .toArray();
}

function runsOf(repository: Repository, suite: CheckSuite): CheckRun[] {
  return repository.checkRuns.filter((run) => run.suite === suite);
}

export async function renderSuite(world: World, repository: Repository, suite: CheckSuite) {
  const url = `${repositoryUrl(world, repository)}/check-suites/${suite.id}`;
  const runs = runsOf(repository, suite);
  const done = runs.length > 0 && runs.every(({ status }) => status === 'completed');
  const worst = runs.find(({ conclusion }) => conclusion !== 'success')?.conclusion ?? 'success';
  const commit = await readCommit(repository.git, suite.sha);
  return {
    id: suite.id,
    node_id: nodeId('CS', suite.id),
    head_branch: suite.branch,
    head_sha: suite.sha,
    status: done ? 'completed' : runs.length === 0 ? 'queued' : 'in_progress',
    conclusion: done ? worst : null,
    url,
    before: suite.before ?? '0'.repeat(40),
    after: suite.sha,
    pull_requests: pullsAt(world, repository, suite.sha),
    app: renderApp(world),
    created_at: suite.createdAt,
    updated_at: suite.updatedAt,
    rerequestable: true,
    runs_rerequestable: true,
    latest_check_runs_count: runs.length,
    check_runs_url: `${url}/check-runs`,
    head_commit: renderPushedCommit(world, repository, commit),
    repository: renderRepository(world, repository),
  };
}

export function renderCheckRun(world: World, repository: Repository, run: CheckRun) {
  const api = repositoryUrl(world, repository);
  const url = `${api}/check-runs/${run.id}`;
  const { title, summary, text, annotations } = run.output;
  return {
    id: run.id,
    node_id: nodeId('CR', run.id),
    external_id: run.externalId,
    head_sha: run.sha,
    name: run.name,
    url,
    html_url: `${pageUrl(world, repository)}/runs/${run.id}`,
    details_url: run.detailsUrl ?? `${pageUrl(world, repository)}/runs/${run.id}`,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title,
      summary,
      text,
      annotations_count: annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.suite.id },
    app: renderApp(world),
    pull_requests: pullsAt(world, repository, run.sha),
  };
}

/** A check run as webhooks tell it: with its suite. */
export async function renderAnnouncedRun(world: World, repository: Repository, run: CheckRun) {
  const { repository: _, head_commit: __, ...suite } = await renderSuite(world, repository, run.suite);
  return { ...renderCheckRun(world, repository, run), check_suite: suite };
}

export function renderStatus(world: World, repository: Repository, status: CommitStatus) {
  const creator = renderAccount(world, status.account);
  return {
    url: `${repositoryUrl(world, repository)}/statuses/${status.sha}`,
    avatar_url: creator.avatar_url,
    id: status.id,
    node_id: nodeId('SC', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    creator,
  };
}
