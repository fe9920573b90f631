import type { Repository } from '../../core/trigger.ts';
import { orNull } from '../connection/absent.ts';
import { hasFault } from '../connection/faults.ts';
import type { GitHubApi } from '../connection/octokit.ts';
import { look, once, repeat } from '../connection/once.ts';
import { keyOf, named } from '../connection/repository-name.ts';

/** One changed entry of a tree. */
export type TreeEntry =
  | { path: string; mode: '100644' | '100755' | '120000'; content: string }
  | { path: string; mode: '100644' | '100755' | '120000'; sha: string }
  | { path: string; mode: '100644'; sha: null };

export interface Commit {
  id: string;
  tree: string;
  parents: string[];
  message: string;
}

/*
 * Blobs, trees and commits that nothing refers to are seen by nobody, so they are simply made again when an answer
 * is lost.
 */

/** Uploads a file's bytes and returns the blob's id. */
export async function createBlob(octokit: GitHubApi, repository: Repository, bytes: Buffer): Promise<string> {
  const content = bytes.toString('base64');
  const { data } = await repeat(octokit, () =>
    octokit.rest.git.createBlob({ ...named(repository), content, encoding: 'base64' }),
  );
  return data.sha;
}

/** Makes the tree that `base` (a tree) becomes with these entries. */
export async function createTree(
  octokit: GitHubApi,
  repository: Repository,
  base: string,
  entries: readonly TreeEntry[],
): Promise<string> {
  const tree = entries.map((entry) => ({ ...entry, type: 'blob' as const }));
  const { data } = await repeat(octokit, () =>
    octokit.rest.git.createTree({ ...named(repository), base_tree: base, tree }),
  );
  return data.sha;
}

/** Makes a commit in the App's name: without author, committer and signature GitHub fills in and signs it. */
export async function createCommit(
  octokit: GitHubApi,
  repository: Repository,
  commit: Omit<Commit, 'id'>,
): Promise<string> {
  const { tree, parents, message } = commit;
  const { data } = await repeat(octokit, () =>
    octokit.rest.git.createCommit({ ...named(repository), tree, parents, message }),
  );
  return data.sha;
}

export async function getCommit(
  octokit: GitHubApi,
  repository: Repository,
  id: string,
): Promise<Commit | null> {
  const answer = await orNull(octokit.rest.git.getCommit({ ...named(repository), commit_sha: id }));
  if (answer === null) return null;
  const { sha, tree, parents, message } = answer.data;
  return { id: sha, tree: tree.sha, parents: parents.map((parent) => parent.sha), message };
}

/** The commit that a branch points to. */
export async function getBranch(
  octokit: GitHubApi,
  repository: Repository,
  branch: string,
): Promise<string | null> {
  const answer = await orNull(octokit.rest.git.getRef({ ...named(repository), ref: `heads/${branch}` }));
  return answer?.data.ref === `refs/heads/${branch}` ? answer.data.object.sha : null;
}

/** Makes a branch, once. False when there is one of that name that points elsewhere. */
export async function createBranch(
  octokit: GitHubApi,
  repository: Repository,
  branch: string,
  commit: string,
): Promise<boolean> {
  const found = await once(octokit, {
    key: keyOf(repository, `branch ${branch}`),
    find: () => getBranch(octokit, repository, branch),
    make: async () => {
      const ref = `refs/heads/${branch}`;
      return (await octokit.rest.git.createRef({ ...named(repository), ref, sha: commit })).data.object.sha;
    },
  });
  return found === commit;
}

/**
 * Moves a branch forward from one commit to another. False when somebody else moved it: it is never forced. Then it is
 * waited for until that move is seen, because reads lag too.
 */
export async function moveBranch(
  octokit: GitHubApi,
  repository: Repository,
  branch: string,
  { from, to }: { from: string; to: string },
): Promise<boolean> {
  const ref = `heads/${branch}`;
  const move = () => octokit.rest.git.updateRef({ ...named(repository), ref, sha: to, force: false });
  try {
    await repeat(octokit, move);
    return true;
  } catch (error) {
    if (!hasFault(error, 'validation') || !/fast.forward/i.test((error as Error).message)) throw error;
  }
  await look(octokit, async () => {
    const tip = await getBranch(octokit, repository, branch);
    return tip === from ? null : { tip };
  });
  return false;
}

/** The last commit that both histories have: what a pull request is compared with. */
export async function findMergeBase(
  octokit: GitHubApi,
  repository: Repository,
  base: string,
  head: string,
): Promise<string> {
  const basehead = `${base}...${head}`;
  const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
    ...named(repository),
    basehead,
    per_page: 1,
  });
  return data.merge_base_commit.sha;
}
