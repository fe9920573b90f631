import {
  type Issue,
  type Post,
  type Reaction,
  type Repository,
  reactionContents,
  type TimelineEvent,
  type World,
} from '../state.ts';
import { nodeId, renderAccount, renderApp } from './accounts.ts';
import { associationOf, pageUrl, renderLabel, renderRepository, repositoryUrl } from './repositories.ts';

export function issuePage(world: World, repository: Repository, issue: Issue): string {
  return `${pageUrl(world, repository)}/${issue.pull === null ? 'issues' : 'pull'}/${issue.number}`;
}

export function renderReaction(world: World, reaction: Reaction) {
  return {
    id: reaction.id,
    node_id: nodeId('REA', reaction.id),
    user: renderAccount(world, reaction.account),
    content: reaction.content,
    created_at: reaction.createdAt,
  };
}

function rollUp(url: string, reactions: readonly Reaction[]) {
  const count = (content: string) => reactions.filter((reaction) => reaction.content === content).length;
  return {
    url: `${url}/reactions`,
    total_count: reactions.length,
    ...Object.fromEntries(reactionContents.map((content) => [content, count(content)])),
  };
}

/** What every written thing shows: author, text, times, reactions. */
export function renderPost(world: World, repository: Repository, post: Post, url: string) {
  return {
    id: post.id,
    url,
    user: renderAccount(world, post.account),
    created_at: post.createdAt,
    updated_at: post.updatedAt,
    body: post.body,
    author_association: associationOf(world, repository, post.account),
    reactions: rollUp(url, post.reactions),
    performed_via_github_app: post.viaApp ? renderApp(world) : null,
  };
}

export function renderIssue(world: World, repository: Repository, issue: Issue) {
  const api = repositoryUrl(world, repository);
  const url = `${api}/issues/${issue.number}`;
  const assignees = issue.assignees.map((account) => renderAccount(world, account));
  return {
    ...renderPost(world, repository, issue, url),
    node_id: nodeId('I', issue.id),
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: issuePage(world, repository, issue),
    number: issue.number,
    title: issue.title,
    labels: issue.labels.map((label) => renderLabel(world, repository, label)),
    state: issue.state,
    state_reason: issue.stateReason,
    locked: issue.locked,
    active_lock_reason: null,
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    comments: issue.comments.length,
    closed_at: issue.closedAt,
    timeline_url: `${url}/timeline`,
    ...(issue.pull === null ? {} : renderPullLink(world, repository, issue, issue.pull)),
  };
}

function renderPullLink(
  world: World,
  repository: Repository,
  issue: Issue,
  pull: NonNullable<Issue['pull']>,
) {
  const page = issuePage(world, repository, issue);
  return {
    draft: pull.draft,
    pull_request: {
      url: `${repositoryUrl(world, repository)}/pulls/${issue.number}`,
      html_url: page,
      diff_url: `${page}.diff`,
      patch_url: `${page}.patch`,
      merged_at: pull.mergedAt,
    },
  };
}

/** An issue as GET answers it. */
export function renderFullIssue(world: World, repository: Repository, issue: Issue) {
  return {
    ...renderIssue(world, repository, issue),
    closed_by: issue.closedBy === null ? null : renderAccount(world, issue.closedBy),
  };
}

export function renderComment(world: World, repository: Repository, issue: Issue, comment: Post) {
  const api = repositoryUrl(world, repository);
  return {
    ...renderPost(world, repository, comment, `${api}/issues/comments/${comment.id}`),
    node_id: nodeId('IC', comment.id),
    html_url: `${issuePage(world, repository, issue)}#issuecomment-${comment.id}`,
    issue_url: `${api}/issues/${issue.number}`,
  };
}

export function renderTimelineEvent(world: World, repository: Repository, event: TimelineEvent) {
  const actor = renderAccount(world, event.account);
  if (event.event === 'cross-referenced' && event.source !== undefined) {
    const issue = {
      ...renderIssue(world, repository, event.source),
      repository: renderRepository(world, repository),
    };
    return {
      actor,
      created_at: event.createdAt,
      updated_at: event.createdAt,
      source: { type: 'issue', issue },
      event: event.event,
    };
  }
  return {
    id: event.id,
    node_id: nodeId('E', event.id),
    url: `${repositoryUrl(world, repository)}/issues/events/${event.id}`,
    actor,
    event: event.event,
    commit_id: null,
    commit_url: null,
    created_at: event.createdAt,
    performed_via_github_app: null,
    ...(event.event === 'closed' || event.event === 'reopened' ? { state_reason: null } : {}),
    ...(event.label === undefined ? {} : { label: { name: event.label.name, color: event.label.color } }),
  };
}
