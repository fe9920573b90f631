import {
  type Account,
  atLeast,
  fullName,
  type Label,
  levelOf,
  type Repository,
  type World,
} from '../state.ts';
import { nodeId, renderAccount } from './accounts.ts';

const templates = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
} as const;

export function repositoryUrl(world: World, repository: Repository): string {
  return `${world.url}/repos/${fullName(repository)}`;
}

export function pageUrl(world: World, repository: Repository): string {
  return `${world.url}/${fullName(repository)}`;
}

function openIssues(repository: Repository): number {
  return repository.issues
    .values()
    .filter(({ state }) => state === 'open')
    .toArray().length;
}

export function renderRepository(world: World, repository: Repository) {
  const api = repositoryUrl(world, repository);
  const page = pageUrl(world, repository);
  const open = openIssues(repository);
  return {
    id: repository.id,
    node_id: nodeId('R', repository.id),
    name: repository.name,
    full_name: fullName(repository),
    private: repository.private,
    visibility: repository.private ? 'private' : 'public',
    owner: renderAccount(world, repository.owner),
    html_url: page,
    description: null,
    fork: false,
    url: api,
    ...Object.fromEntries(Object.entries(templates).map(([name, path]) => [name, api + path])),
    created_at: repository.createdAt,
    updated_at: repository.pushedAt,
    pushed_at: repository.pushedAt,
    git_url: page.replace(/^http/, 'git').concat('.git'),
    ssh_url: `git@127.0.0.1:${fullName(repository)}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    homepage: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: repository.hasIssues,
    has_projects: false,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: repository.archived,
    disabled: false,
    open_issues_count: open,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    forks: 0,
    open_issues: open,
    watchers: 0,
    default_branch: repository.defaultBranch,
  };
}

/** The repository as GET answers it: with counts and with what the asker may do. */
export function renderFullRepository(world: World, repository: Repository, account: Account | null) {
  const level = account === null ? 'read' : levelOf(world, repository, account);
  return {
    ...renderRepository(world, repository),
    network_count: 0,
    subscribers_count: 0,
    ...(account === null ? {} : { permissions: renderPermissions(level) }),
  };
}

export function renderPermissions(level: ReturnType<typeof levelOf>) {
  return {
    admin: atLeast(level, 'admin'),
    maintain: atLeast(level, 'maintain'),
    push: atLeast(level, 'write'),
    triage: atLeast(level, 'triage'),
    pull: atLeast(level, 'read'),
  };
}

export function renderLabel(world: World, repository: Repository, label: Label) {
  return {
    id: label.id,
    node_id: nodeId('LA', label.id),
    url: `${repositoryUrl(world, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: label.default,
    description: label.description,
  };
}

/** How somebody stands to a repository, for `author_association`. */
export function associationOf(world: World, repository: Repository, account: Account): string {
  if (account.id === repository.owner.id) return 'OWNER';
  if (world.members.get(repository.owner.id)?.has(account.id)) return 'MEMBER';
  const level = repository.permissions.get(account.id) ?? 'none';
  return level === 'none' ? 'NONE' : 'COLLABORATOR';
}
