import type { FileDiff } from '../git/diff.ts';
import type { Commit, Person } from '../git/objects.ts';
import type { Ref } from '../git/refs.ts';
import { type Account, findAccount, type Repository, timestamp, type World } from '../state.ts';
import { nodeId, renderAccount } from './accounts.ts';
import { pageUrl, repositoryUrl } from './repositories.ts';

/** The account that an e-mail address of GitHub's own kind belongs to. */
function accountOf(world: World, { email }: Person): Account | undefined {
  const login = /^\d+\+(.+)@users\.noreply\.github\.com$/.exec(email)?.[1];
  return login === undefined ? undefined : findAccount(world, login);
}

function renderVerification(commit: Commit) {
  if (commit.signature === null) {
    return { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };
  }
  return {
    verified: true,
    reason: 'valid',
    signature: commit.signature,
    payload: `tree ${commit.tree}\n`,
    verified_at: commit.committer.date,
  };
}

/** A commit as the git data routes answer it. */
export function renderGitCommit(world: World, repository: Repository, commit: Commit) {
  const api = repositoryUrl(world, repository);
  const page = pageUrl(world, repository);
  return {
    sha: commit.sha,
    node_id: nodeId('C', commit.sha),
    url: `${api}/git/commits/${commit.sha}`,
    html_url: `${page}/commit/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    message: commit.message,
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/git/commits/${sha}`,
      html_url: `${page}/commit/${sha}`,
    })),
    verification: renderVerification(commit),
  };
}

/** A commit as lists and comparisons answer it: with accounts. */
export function renderCommit(world: World, repository: Repository, commit: Commit) {
  const api = repositoryUrl(world, repository);
  const page = pageUrl(world, repository);
  const { author, committer, message, tree, verification, url } = renderGitCommit(world, repository, commit);
  const account = (person: Person) => {
    const found = accountOf(world, person);
    return found === undefined ? null : renderAccount(world, found);
  };
  return {
    sha: commit.sha,
    node_id: nodeId('C', commit.sha),
    commit: { author, committer, message, tree, url, comment_count: 0, verification },
    url: `${api}/commits/${commit.sha}`,
    html_url: `${page}/commit/${commit.sha}`,
    comments_url: `${api}/commits/${commit.sha}/comments`,
    author: account(commit.author),
    committer: account(commit.committer),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/commits/${sha}`,
      html_url: `${page}/commit/${sha}`,
    })),
  };
}

/** A commit as webhooks tell it. */
export function renderPushedCommit(world: World, repository: Repository, commit: Commit) {
  const person = (of: Person) => {
    const account = accountOf(world, of);
    return { ...of, ...(account === undefined ? {} : { username: account.login }) };
  };
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${pageUrl(world, repository)}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
  };
}

export function renderFile(world: World, repository: Repository, commit: string, file: FileDiff) {
  const page = pageUrl(world, repository);
  const path = file.filename.split('/').map(encodeURIComponent).join('/');
  return {
    sha: file.sha,
    filename: file.filename,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${page}/blob/${commit}/${path}`,
    raw_url: `${page}/raw/${commit}/${path}`,
    contents_url: `${repositoryUrl(world, repository)}/contents/${path}?ref=${commit}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previous === null ? {} : { previous_filename: file.previous }),
  };
}

export function renderRef(world: World, repository: Repository, { ref, sha, type }: Ref) {
  const api = repositoryUrl(world, repository);
  return {
    ref,
    node_id: nodeId('REF', `${repository.id}:${ref}`),
    url: `${api}/git/${ref}`,
    object: { sha, type, url: `${api}/git/${type}s/${sha}` },
  };
}

/** Base64 as GitHub writes it: in lines of sixty. */
export function base64Lines(content: Buffer): string {
  return content.toString('base64').replace(/.{1,60}/g, '$&\n');
}

export function personOf(world: World, account: Account, email: string): Person {
  return { name: account.login, email, date: timestamp(world.now()) };
}
