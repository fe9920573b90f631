import type { Changes } from '../core/changes.ts';
import { OperationalError } from '../core/errors.ts';
import type { Published } from '../core/published.ts';
import { printBranchName } from '../text/branch-name.ts';
import { type CoAuthor, parseRun, printCommitMessage } from './commit-message.ts';

interface PublishedCommit {
  id: string;
  tree: string;
  parents: string[];
  message: string;
}

/** The pull request as far as publishing looks at it. */
interface PullState {
  url: string;
  state: 'open' | 'closed';
  merged: boolean;
  branch: string;
  head: string;
  /** Whether its branch is in the repository itself, not in a fork. */
  isOurs: boolean;
}

/**
 * One repository to publish to. Each call may be made again by a process that was restarted, and has one effect.
 * All reject with errors in words for people.
 */
export interface PublishPort {
  /** The commit that a branch points to, null when there is no such branch. */
  readBranch(branch: string): Promise<PublishedCommit | null>;
  /** Stores the tree that a base commit becomes with the changes; returns the id that the other side computed. */
  writeTree(base: string, changes: Changes): Promise<string>;
  writeCommit(commit: Omit<PublishedCommit, 'id'>): Promise<string>;
  /** Makes the branch when it is new, moves it forward when `from` is given. False when somebody else was faster. */
  setBranch(branch: string, commit: string, from: string | null): Promise<boolean>;
  openPull(pull: {
    title: string;
    body: string;
    branch: string;
    commit: string;
    base: string;
  }): Promise<{ number: number; url: string }>;
  readPull(number: number): Promise<PullState | null>;
}

/** A verified change: these changes to the base commit make this tree, and this tree is what was tested. */
export interface VerifiedChange {
  changes: Changes;
  tree: string;
}

interface Publication {
  /** The run's id. */
  run: string;
  /** Host of the server, for the addresses of co-authors. */
  host: string;
  base: { branch: string; commit: string };
  /** The commit's message, without trailers. */
  message: string;
  coAuthors: CoAuthor[];
}

export interface NewPublication extends Publication {
  issue: { number: number; title: string };
  pull: { title: string; body: string };
}

export interface MorePublication extends Publication {
  /** The pull request to add to. `base` is its head when the run began. */
  pull: number;
}

export type MoreResult = { kind: 'published'; published: Published } | { kind: 'head_moved'; head: string };

const maximumNames = 20;

/**
 * Publishes a verified change as a draft pull request on a branch of its own. Made again after a crash, it goes on
 * with the branch and pull request that are there. Rejects with `publish_failed`.
 */
export async function publishNew(
  change: VerifiedChange,
  publication: NewPublication,
  port: PublishPort,
): Promise<Published> {
  const { base, pull } = publication;
  if ((await port.readBranch(base.branch)) === null) {
    throw failed(`the branch ${base.branch} does not exist any more: name another one in .github/ai-fix.yml`);
  }
  const { branch, commit } = await publishBranch(change, publication, port);
  const { number, url } = await port.openPull({ ...pull, branch, commit, base: base.branch });
  return { pull: number, url, branch, commit, tree: change.tree };
}

/** Finds the run's own branch, or makes one under the first name that is free. */
async function publishBranch(
  change: VerifiedChange,
  publication: NewPublication,
  port: PublishPort,
): Promise<{ branch: string; commit: string }> {
  let commit: string | null = null;
  for (let attempt = 1; attempt <= maximumNames; attempt++) {
    const branch = printBranchName(publication.issue.number, publication.issue.title, attempt);
    const found = await port.readBranch(branch);
    if (found !== null && isOwnCommit(found, change, publication)) return { branch, commit: found.id };
    if (found !== null) continue;
    commit ??= await writeCommit(change, publication, port);
    if (await port.setBranch(branch, commit, null)) return { branch, commit };
    // it may be the run's own from before a restart, which was not seen yet
    const late = await port.readBranch(branch);
    if (late !== null && isOwnCommit(late, change, publication)) return { branch, commit: late.id };
  }
  throw failed(
    `${maximumNames} branches for issue ${publication.issue.number} exist already: delete those that are not needed`,
  );
}

/**
 * Adds a commit to a pull request. When somebody pushed to it since the run began, nothing is written:
 * what was tested is not what the pull request would be. Rejects with `publish_failed`.
 */
export async function publishMore(
  change: VerifiedChange,
  publication: MorePublication,
  port: PublishPort,
): Promise<MoreResult> {
  const { base, pull: number } = publication;
  const pull = await openPull(number, port);
  const done = (commit: string): MoreResult => ({
    kind: 'published',
    published: { pull: number, url: pull.url, branch: pull.branch, commit, tree: change.tree },
  });
  const head = await port.readBranch(pull.branch);
  if (head === null)
    throw failed(`the branch ${pull.branch} of pull request ${number} was deleted: restore it`);
  if (head.id !== base.commit) {
    return isOwnCommit(head, change, publication) ? done(head.id) : { kind: 'head_moved', head: head.id };
  }
  const commit = await writeCommit(change, publication, port);
  if (await port.setBranch(pull.branch, commit, base.commit)) return done(commit);
  const moved = await port.readBranch(pull.branch);
  if (moved !== null && isOwnCommit(moved, change, publication)) return done(moved.id);
  return { kind: 'head_moved', head: moved?.id ?? pull.head };
}

async function openPull(number: number, port: PublishPort): Promise<PullState> {
  const pull = await port.readPull(number);
  if (pull === null) throw failed(`pull request ${number} does not exist any more`);
  if (pull.merged)
    throw failed(`pull request ${number} was merged meanwhile: label the issue again for more`);
  if (pull.state === 'closed')
    throw failed(`pull request ${number} was closed meanwhile: reopen it and retry`);
  if (!pull.isOurs)
    throw failed(`the branch of pull request ${number} is in a fork, where ai-fix may not write`);
  return pull;
}

/** Whether a commit is what this run publishes, so that a restarted process goes on from it. */
function isOwnCommit(commit: PublishedCommit, change: VerifiedChange, { run, base }: Publication): boolean {
  const isOnBase = commit.parents.length === 1 && commit.parents[0] === base.commit;
  return parseRun(commit.message) === run && commit.tree === change.tree && isOnBase;
}

/** Stores the tree and its commit. Nothing refers to them yet, so nothing is published when the tree is another. */
async function writeCommit(
  { changes, tree }: VerifiedChange,
  { base, message, run, coAuthors, host }: Publication,
  port: PublishPort,
): Promise<string> {
  const stored = await port.writeTree(base.commit, changes);
  if (stored !== tree) {
    throw failed(
      `GitHub made tree ${stored} of the change, but tree ${tree} was tested; nothing was published. Report this as a bug`,
    );
  }
  const parents = [base.commit];
  return port.writeCommit({ tree, parents, message: printCommitMessage(message, run, coAuthors, host) });
}

function failed(why: string): OperationalError {
  return new OperationalError('publish_failed', `The change could not be published: ${why}.`);
}
