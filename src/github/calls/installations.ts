import type { GitHubApi } from '../connection/octokit.ts';
import { collectPages } from '../connection/pages.ts';

export interface Installation {
  id: number;
  /** The organisation or person. */
  owner: string;
  createdAt: string;
  suspended: boolean;
}

const maximumPages = 100;

/** Where the App is installed. */
export async function listInstallations(octokit: GitHubApi): Promise<Installation[]> {
  const pages = octokit.paginate.iterator(octokit.rest.apps.listInstallations, { per_page: 100 });
  return (await collectPages(pages, maximumPages)).flatMap(({ id, account, created_at, suspended_at }) => {
    const owner = account !== null && 'login' in account ? account.login : undefined;
    if (owner === undefined) return []; // an enterprise has no repositories
    return [{ id, owner, createdAt: created_at, suspended: suspended_at !== null }];
  });
}
