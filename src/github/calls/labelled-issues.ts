import { type Actor, labelName, type Repository } from '../../core/trigger.ts';
import { orNull } from '../connection/absent.ts';
import type { GitHubApi } from '../connection/octokit.ts';
import { collectPages } from '../connection/pages.ts';
import { named } from '../connection/repository-name.ts';

/** An open issue with the label, as the search shows it. */
export interface LabelledIssue {
  owner: string;
  name: string;
  number: number;
  updatedAt: string;
}

const searchPages = 3;
const eventPages = 10;

/**
 * The open issues of an owner that have the label and were changed since, the longest unchanged first: at most 300,
 * and then the newest of them says where to go on. Public repositories are among them that the App is not installed on.
 */
export async function searchLabelled(
  octokit: GitHubApi,
  owner: string,
  since: Date,
): Promise<{ issues: LabelledIssue[]; rest: 'none' | 'newer' | 'unknown' }> {
  const from = `${since.toISOString().slice(0, 19)}Z`;
  const q = `is:issue state:open archived:false label:"${labelName}" user:${owner} updated:>=${from}`;
  const issues: LabelledIssue[] = [];
  for (let page = 1; page <= searchPages; page++) {
    const query = { q, sort: 'updated', order: 'asc', per_page: 100, page } as const;
    const { data } = await octokit.rest.search.issuesAndPullRequests(query);
    issues.push(...data.items.map(labelledIssueOf));
    if (data.incomplete_results) return { issues, rest: 'unknown' };
    if (data.items.length < 100) return { issues, rest: 'none' };
  }
  return { issues, rest: 'newer' };
}

function labelledIssueOf(raw: { repository_url: string; number: number; updated_at: string }): LabelledIssue {
  const [name = '', owner = ''] = raw.repository_url.split('/').toReversed();
  return { owner, name, number: raw.number, updatedAt: raw.updated_at };
}

/** The id of a repository of that name; null when there is none (any more). */
export async function repositoryId(octokit: GitHubApi, owner: string, name: string): Promise<number | null> {
  const answer = await orNull(octokit.rest.repos.get({ owner, repo: name }));
  return answer?.data.id ?? null;
}

/** The installation that covers a repository of that name; null when none does. */
export async function installationOf(app: GitHubApi, owner: string, name: string): Promise<number | null> {
  const answer = await orNull(app.rest.apps.getRepoInstallation({ owner, repo: name }));
  return answer?.data.id ?? null;
}

/** That somebody put the label on an issue. */
export interface LabelEvent {
  id: number;
  /** In whole seconds. */
  at: string;
  /** Which of the people's labellings within that second it is, 1 being the first. */
  nth: number;
  /** Null for an account that was deleted. */
  actor: Actor | null;
  /** The App that did it for them, by its id. */
  app: number | null;
}

/** The newest labelling of an issue; null when there is none. */
export async function lastLabelling(
  octokit: GitHubApi,
  repository: Repository,
  number: number,
): Promise<LabelEvent | null> {
  const pages = octokit.paginate.iterator(octokit.rest.issues.listEvents, {
    ...named(repository),
    issue_number: number,
    per_page: 100,
  });
  const events = (await orNull(collectPages(pages, eventPages))) ?? [];
  const labellings = events.filter(
    (event) =>
      event.event === 'labeled' && 'label' in event && event.label?.name?.toLowerCase() === labelName,
  );
  const last = labellings.at(-1);
  if (last === undefined) return null;
  const at = last.created_at;
  return {
    id: last.id,
    at,
    nth: labellings.filter((one) => one.created_at === at && personOf(one.actor)?.bot === false).length,
    actor: personOf(last.actor),
    app: last.performed_via_github_app?.id ?? null,
  };
}

/** As webhooks are read: only `User` accounts are people. */
function personOf(actor: { id: number; login: string; type: string } | null): Actor | null {
  if (actor === null) return null;
  const { id, login, type } = actor;
  return { id, login, bot: type !== 'User' || login.endsWith('[bot]') };
}
