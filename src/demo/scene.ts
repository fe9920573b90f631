import { Octokit } from '@octokit/rest';
import { type LocalGitHub, startLocalGitHub } from './github/server.ts';
import { sumsFiles, sumsIssue, sumsReview } from './sums.ts';

const organisation = 'acme';
export const repository = { owner: organisation, repo: 'sums' };

/** A GitHub of our own with one organisation, one small program with a bug, and a maintainer. */
export interface Scene extends AsyncDisposable {
  github: LocalGitHub;
  /** GitHub as the maintainer uses it. */
  maintainer: Octokit;
}

/** `more` are files beside those of the program. */
export async function setScene(more: Record<string, string> = {}): Promise<Scene> {
  const github = await startLocalGitHub();
  github.createOrganisation(organisation);
  github.createUser('maya');
  await github.createRepository(organisation, repository.repo, { files: { ...sumsFiles, ...more } });
  github.setPermission(`${organisation}/${repository.repo}`, 'maya', 'write');
  const maintainer = new Octokit({ auth: github.tokenFor('maya'), baseUrl: github.apiUrl });
  return { github, maintainer, [Symbol.asyncDispose]: () => github[Symbol.asyncDispose]() };
}

/** The maintainer files the issue and labels it. */
export async function fileIssue({ maintainer }: Scene): Promise<number> {
  const { data: issue } = await maintainer.rest.issues.create({ ...repository, ...sumsIssue });
  await maintainer.rest.issues.addLabels({ ...repository, issue_number: issue.number, labels: ['ai-fix'] });
  return issue.number;
}

/** The maintainer reviews the pull request: a command in the review, and a comment on a line. */
export async function review({ maintainer }: Scene, pull: number): Promise<void> {
  await maintainer.rest.pulls.createReview({
    ...repository,
    pull_number: pull,
    event: 'COMMENT',
    body: `/deepseek retry ${sumsReview}`,
    comments: [
      { path: 'lib/total.js', line: 4, side: 'RIGHT', body: 'Text in the list should be an error.' },
    ],
  });
}
