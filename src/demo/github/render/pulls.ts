import { diffFiles, type FileDiff } from '../git/diff.ts';
import { commitsSince, mergeBase, mergeTrees } from '../git/refs.ts';
import type { Issue, Pull, Repository, Review, ReviewComment, World } from '../state.ts';
import { nodeId, renderAccount } from './accounts.ts';
import { issuePage, renderIssue, renderPost } from './issues.ts';
import { renderRepository, repositoryUrl } from './repositories.ts';

export type PullIssue = Issue & { pull: Pull };

export function isPull(issue: Issue): issue is PullIssue {
  return issue.pull !== null;
}

function renderEnd(world: World, repository: Repository, { ref, sha }: Pull['head']) {
  return {
    label: `${repository.owner.login}:${ref}`,
    ref,
    sha,
    user: renderAccount(world, repository.owner),
    repo: renderRepository(world, repository),
  };
}

/** A pull request as lists show it: nothing that git has to be asked for. */
export function renderSimplePull(world: World, repository: Repository, issue: PullIssue) {
  const api = repositoryUrl(world, repository);
  const url = `${api}/pulls/${issue.number}`;
  const page = issuePage(world, repository, issue);
  const { pull } = issue;
  const { user, labels, assignee, assignees, author_association } = renderIssue(world, repository, issue);
  const links = {
    self: url,
    html: page,
    issue: `${api}/issues/${issue.number}`,
    comments: `${api}/issues/${issue.number}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${api}/statuses/${pull.head.sha}`,
  };
  return {
    url,
    id: pull.id,
    node_id: nodeId('PR', pull.id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: links.issue,
    number: issue.number,
    state: issue.state,
    locked: issue.locked,
    title: issue.title,
    user,
    body: issue.body,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommit,
    assignee,
    assignees,
    requested_reviewers: pull.requestedReviewers.map((account) => renderAccount(world, account)),
    requested_teams: [],
    labels,
    milestone: null,
    draft: pull.draft,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: links.statuses,
    head: renderEnd(world, repository, pull.head),
    base: renderEnd(world, repository, pull.base),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association,
    auto_merge: null,
    active_lock_reason: null,
  };
}

/** A pull request as GET and webhooks show it: counted and merged by git. */
export async function renderPull(world: World, repository: Repository, issue: PullIssue) {
  const { pull } = issue;
  const { files, commits, ...found } = await comparisonOf(repository, pull);
  const mergeable = issue.state === 'open' ? found.mergeable : null;
  const sum = (key: 'additions' | 'deletions') => files.reduce((total, file) => total + file[key], 0);
  return {
    ...renderSimplePull(world, repository, issue),
    merged: pull.mergedAt !== null,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: stateOf(pull, mergeable),
    merged_by: pull.mergedBy === null ? null : renderAccount(world, pull.mergedBy),
    comments: issue.comments.length,
    review_comments: pull.comments.length,
    maintainer_can_modify: false,
    commits: commits.length,
    additions: sum('additions'),
    deletions: sum('deletions'),
    changed_files: files.length,
  };
}

function stateOf(pull: Pull, mergeable: boolean | null): string {
  if (mergeable === null) return 'unknown';
  if (!mergeable) return 'dirty';
  return pull.draft ? 'draft' : 'clean';
}

interface Comparison {
  base: string;
  files: FileDiff[];
  commits: string[];
  mergeable: boolean;
}

/** Commits never change, so what git said about two of them is kept. */
const compared = new WeakMap<Repository, Map<string, Promise<Comparison>>>();

/** What a pull request brings: its files against the merge base, and its commits. */
export function comparisonOf(repository: Repository, { base, head }: Pull): Promise<Comparison> {
  const known = compared.get(repository) ?? new Map<string, Promise<Comparison>>();
  compared.set(repository, known);
  const key = `${base.sha}...${head.sha}`;
  const comparison = known.get(key) ?? compare(repository.git, base.sha, head.sha);
  known.set(key, comparison);
  return comparison;
}

async function compare(directory: string, target: string, head: string): Promise<Comparison> {
  const base = (await mergeBase(directory, target, head)) ?? target;
  const [files, commits, tree] = await Promise.all([
    diffFiles(directory, base, head),
    commitsSince(directory, head, [base]),
    mergeTrees(directory, target, head),
  ]);
  return { base, files, commits, mergeable: tree !== null };
}

export function renderReview(world: World, repository: Repository, issue: PullIssue, review: Review) {
  const url = `${repositoryUrl(world, repository)}/pulls/${issue.number}`;
  const page = `${issuePage(world, repository, issue)}#pullrequestreview-${review.id}`;
  const { id, user, body, author_association } = renderPost(world, repository, review, url);
  return {
    id,
    node_id: nodeId('PRR', id),
    user,
    body: body ?? '',
    state: review.state,
    html_url: page,
    pull_request_url: url,
    author_association,
    _links: { html: { href: page }, pull_request: { href: url } },
    submitted_at: review.createdAt,
    commit_id: review.commit,
  };
}

export function renderReviewComment(
  world: World,
  repository: Repository,
  issue: PullIssue,
  comment: ReviewComment,
) {
  const api = repositoryUrl(world, repository);
  const url = `${api}/pulls/comments/${comment.id}`;
  const pull = `${api}/pulls/${issue.number}`;
  const page = `${issuePage(world, repository, issue)}#discussion_r${comment.id}`;
  const { performed_via_github_app: _, ...post } = renderPost(world, repository, comment, url);
  const position = comment.hunk.split('\n').length - 1;
  return {
    ...post,
    node_id: nodeId('PRRC', comment.id),
    pull_request_review_id: comment.review,
    diff_hunk: comment.hunk,
    path: comment.path,
    position,
    original_position: position,
    commit_id: issue.pull.head.sha,
    original_commit_id: comment.commit,
    html_url: page,
    pull_request_url: pull,
    _links: { self: { href: url }, html: { href: page }, pull_request: { href: pull } },
    line: comment.line,
    original_line: comment.line,
    side: comment.side,
    start_line: comment.startLine,
    original_start_line: comment.startLine,
    start_side: comment.startSide,
    subject_type: 'line',
    ...(comment.inReplyTo === null ? {} : { in_reply_to_id: comment.inReplyTo }),
  };
}
