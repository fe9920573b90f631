import type { Repository } from '../../core/trigger.ts';
import { orNull } from '../connection/absent.ts';
import type { GitHubApi } from '../connection/octokit.ts';
import { named } from '../connection/repository-name.ts';

export interface AboutRepository {
  archived: boolean;
  /** Whether it has issues at all. */
  issues: boolean;
  defaultBranch: string;
}

export async function getRepository(octokit: GitHubApi, repository: Repository): Promise<AboutRepository> {
  const { data } = await octokit.rest.repos.get(named(repository));
  return {
    archived: data.archived,
    issues: data.has_issues,
    defaultBranch: data.default_branch,
  };
}

/** Where GitHub itself looks for the template of a pull request's description. */
const templatePaths = [
  '.github/pull_request_template.md',
  '.github/PULL_REQUEST_TEMPLATE.md',
  'pull_request_template.md',
  'PULL_REQUEST_TEMPLATE.md',
  'docs/pull_request_template.md',
  'docs/PULL_REQUEST_TEMPLATE.md',
];

/** The template for descriptions of pull requests; null when the repository has none. */
export async function getPullTemplate(
  octokit: GitHubApi,
  repository: Repository,
  ref: string,
): Promise<string | null> {
  const found = await Promise.all(
    templatePaths.map(async (path) => {
      const answer = await orNull(octokit.rest.repos.getContent({ ...named(repository), path, ref }));
      const file = answer?.data;
      if (file === undefined || Array.isArray(file) || file.type !== 'file') return null;
      return Buffer.from(file.content, 'base64').toString('utf8');
    }),
  );
  return found.find((text) => text !== null) ?? null;
}
