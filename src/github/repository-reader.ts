import type { WrittenImage } from '../core/issue-image.ts';
import type { Repository } from '../core/trigger.ts';
import { listFailedChecks } from './calls/checks.ts';
import { listClosingPulls } from './calls/closing-pulls.ts';
import { listComments } from './calls/comments.ts';
import { readConfigFile, readOwnerDefaults } from './calls/config-files.ts';
import { findMergeBase, getBranch } from './calls/git-data.ts';
import { readImages } from './calls/images.ts';
import { getIssue, permissionOf } from './calls/issues.ts';
import { getPull } from './calls/pulls.ts';
import { getPullTemplate, getRepository } from './calls/repositories.ts';
import { listReviews, listReviewThreads } from './calls/reviews.ts';
import type { GitHub } from './connection/client.ts';

/** What triggers and runs read of GitHub: implements run's `GitHubReader`. */
export function createGitHubReader(github: GitHub) {
  return {
    me: (repository: Repository) => github.appIdentity(repository),
    on: (repository: Repository) => createRepositoryReader(github, repository),
  };
}

function createRepositoryReader(github: GitHub, repository: Repository) {
  const octokit = github.forRepository(repository, 'read');
  return {
    about: () => getRepository(octokit, repository),
    permission: permissionOf.bind(null, octokit, repository),
    config: (ref: string) => readConfigFile(octokit, repository, ref),
    ownerConfig: () => readOwnerDefaults(github.forOwnerDefaults(repository), repository),
    branch: (name: string) => getBranch(octokit, repository, name),
    mergeBase: (base: string, head: string) => findMergeBase(octokit, repository, base, head),
    issue: (number: number) => getIssue(octokit, repository, number),
    images: (issue: number, images: readonly WrittenImage[]) =>
      readImages(octokit, repository, issue, images),
    pull: (number: number) => getPull(octokit, repository, number),
    closingPulls: (issue: number) => listClosingPulls(octokit, repository, issue),
    comments: (number: number) => listComments(octokit, repository, number),
    reviews: (pull: number) => listReviews(octokit, repository, pull),
    async threads(pull: number) {
      const threads = await listReviewThreads(octokit, repository, pull);
      return threads.map(({ id, comments }) => {
        const [{ path, line, originalLine }] = comments;
        return { id, path, line: line ?? originalLine, comments };
      });
    },
    async failedChecks(commit: string) {
      return listFailedChecks(octokit, repository, commit, await github.appIdentity(repository));
    },
    pullTemplate: (ref: string) => getPullTemplate(octokit, repository, ref),
  };
}
