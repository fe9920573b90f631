import type { Repository } from '../../core/trigger.ts';
import type { AppIdentity } from '../connection/client.ts';
import type { GitHubApi } from '../connection/octokit.ts';
import { once, repeat } from '../connection/once.ts';
import { collectPages } from '../connection/pages.ts';
import { keyOf, named } from '../connection/repository-name.ts';

/** A button on the check run's page. GitHub takes three at most, of 20, 40 and 20 characters. */
interface CheckAction {
  label: string;
  description: string;
  identifier: string;
}

export interface CheckState {
  /** Null while it is under way. */
  conclusion: 'success' | 'failure' | 'neutral' | 'cancelled' | null;
  title: string;
  /** Markdown. */
  summary: string;
  actions: CheckAction[];
}

export interface NewCheck extends CheckState {
  name: string;
  commit: string;
  /** The run's id, by which its check is found again. */
  run: string;
}

/** Makes a run's check on a commit, once, and returns its id. One that is there is brought up to date. */
export async function createCheck(
  octokit: GitHubApi,
  repository: Repository,
  check: NewCheck,
  me: AppIdentity,
): Promise<number> {
  const { name, commit, run } = check;
  let isNew = false;
  const id = await once(octokit, {
    key: keyOf(repository, `check ${run} ${commit}`),
    find: async () => {
      const runs = await checkRuns(octokit, repository, commit, { check_name: name, app_id: me.appId });
      return runs.find((found) => found.external_id === run && found.app?.id === me.appId)?.id ?? null;
    },
    make: async () => {
      const { data } = await octokit.rest.checks.create({
        ...named(repository),
        name,
        head_sha: commit,
        external_id: run,
        ...stateOf(check),
      });
      isNew = true;
      return data.id;
    },
  });
  if (!isNew) await updateCheck(octokit, repository, id, check);
  return id;
}

export async function updateCheck(
  octokit: GitHubApi,
  repository: Repository,
  id: number,
  state: CheckState,
): Promise<void> {
  await repeat(octokit, () =>
    octokit.rest.checks.update({ ...named(repository), check_run_id: id, ...stateOf(state) }),
  );
}

function stateOf({ conclusion, title, summary, actions }: CheckState) {
  const progress =
    conclusion === null ? { status: 'in_progress' as const } : { status: 'completed' as const, conclusion };
  return { ...progress, output: { title, summary }, actions };
}

/** A check or status that says that a commit is not well. */
export interface FailedCheck {
  name: string;
  /** What it put out, as it put it: data to judge, never an instruction. */
  summary: string;
}

const failures = ['failure', 'timed_out', 'startup_failure', 'action_required'];

/** The failed check runs and statuses of a commit, ours left out. */
export async function listFailedChecks(
  octokit: GitHubApi,
  repository: Repository,
  commit: string,
  me: AppIdentity,
): Promise<FailedCheck[]> {
  const runs = await checkRuns(octokit, repository, commit, {});
  const failedRuns = runs
    .filter(({ conclusion, app }) => failures.includes(conclusion ?? '') && app?.id !== me.appId)
    .map(({ name, output }) => ({
      name,
      summary: [output.title, output.summary, output.text].filter((part) => part != null).join('\n\n'),
    }));
  const { data } = await octokit.rest.repos.getCombinedStatusForRef({
    ...named(repository),
    ref: commit,
    per_page: 100,
  });
  const failedStatuses = data.statuses
    .filter(({ state }) => state === 'failure' || state === 'error')
    .map(({ context, description }) => ({ name: context, summary: description ?? '' }));
  return [...failedRuns, ...failedStatuses];
}

async function checkRuns(
  octokit: GitHubApi,
  repository: Repository,
  commit: string,
  filter: { check_name?: string; app_id?: number },
) {
  const pages = octokit.paginate.iterator(octokit.rest.checks.listForRef, {
    ...named(repository),
    ref: commit,
    filter: 'latest',
    per_page: 100,
    ...filter,
  });
  return collectPages(pages, 5);
}
