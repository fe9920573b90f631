import type { Octokit } from '@octokit/rest';
import { parseMarkers } from '../../../src/text/markers.ts';

/** What people see on GitHub of an issue, without what differs from run to run: numbers, times and ids. */
export interface View {
  /** Of the App's branches for this issue. */
  branches: number;
  labels: string[];
  reactions: string[];
  comments: string[];
  pulls: PullView[];
}

interface PullView {
  state: string;
  draft: boolean;
  /** The tree of each commit. */
  trees: string[];
  comments: string[];
  /** Of all its commits. */
  checks: string[];
  replies: number;
}

interface Place {
  owner: string;
  repo: string;
}

const bot = 'ai-fix[bot]';

/** Reads it as the maintainer. */
export async function readView({ rest }: Octokit, where: Place, issue: number): Promise<View> {
  const prefix = `ai-fix/${issue}-`;
  const { data: refs } = await rest.git.listMatchingRefs({ ...where, ref: `heads/${prefix}` });
  const { data: labels } = await rest.issues.listLabelsOnIssue({ ...where, issue_number: issue });
  const { data: reactions } = await rest.reactions.listForIssue({ ...where, issue_number: issue });
  const pulls = await pullsFrom(
    rest,
    where,
    refs.map(({ ref }) => ref.slice('refs/heads/'.length)),
  );
  return {
    branches: refs.length,
    labels: labels.map(({ name }) => name).sort(),
    reactions: reactions.filter(({ user }) => user?.login === bot).map(({ content }) => content),
    comments: await commentsOn(rest, where, issue),
    pulls: await Promise.all(pulls.map((number) => readPull(rest, where, number))),
  };
}

async function pullsFrom(rest: Octokit['rest'], where: Place, branches: readonly string[]) {
  const lists = await Promise.all(
    branches.map((branch) => rest.pulls.list({ ...where, state: 'all', head: `${where.owner}:${branch}` })),
  );
  return lists.flatMap(({ data }) => data.map(({ number }) => number));
}

async function readPull(rest: Octokit['rest'], where: Place, number: number): Promise<PullView> {
  const which = { ...where, pull_number: number };
  const { data: pull } = await rest.pulls.get(which);
  const { data: commits } = await rest.pulls.listCommits(which);
  const { data: review } = await rest.pulls.listReviewComments(which);
  const checks = await Promise.all(commits.map(({ sha }) => rest.checks.listForRef({ ...where, ref: sha })));
  return {
    state: pull.state,
    draft: pull.draft ?? false,
    trees: commits.map(({ commit }) => commit.tree.sha),
    comments: await commentsOn(rest, where, number),
    checks: checks.flatMap(({ data }) =>
      data.check_runs.map(({ name, status, conclusion }) => `${name}: ${conclusion ?? status}`),
    ),
    replies: review.filter(({ user }) => user.login === bot).length,
  };
}

/** Each of the App's comments by its kind and its heading. */
async function commentsOn(rest: Octokit['rest'], where: Place, number: number): Promise<string[]> {
  const { data } = await rest.issues.listComments({ ...where, issue_number: number, per_page: 100 });
  return data
    .filter(({ user }) => user?.login === bot)
    .map(({ body = '' }) => {
      const kinds = parseMarkers(body).map(({ kind }) => kind);
      const heading = body.split('\n').find((line) => line !== '' && !line.startsWith('<!--')) ?? '';
      return `${kinds.join(' ')}: ${heading.replace(/\d+/g, 'N')}`;
    });
}
