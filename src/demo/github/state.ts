import type { Outbox } from './outbox.ts';

export interface Account {
  id: number;
  login: string;
  type: 'User' | 'Organization' | 'Bot';
  createdAt: string;
}

const levels = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
/** What a person may do in a repository. */
export type Level = (typeof levels)[number];

export type Permissions = Record<string, 'read' | 'write'>;

export interface Installation {
  id: number;
  account: Account;
  repositories: 'all' | Set<number>;
  permissions: Permissions;
  suspendedAt: string | null;
  suspendedBy: Account | null;
  createdAt: string;
  updatedAt: string;
}

export type Token =
  | { kind: 'user'; account: Account }
  | {
      kind: 'installation';
      installation: Installation;
      permissions: Permissions;
      /** Repositories that the token was narrowed to; null is all of the installation. */
      repositories: Set<number> | null;
      expiresAt: number;
    };

export interface Label {
  id: number;
  name: string;
  color: string;
  description: string | null;
  default: boolean;
}

export const reactionContents = [
  '+1',
  '-1',
  'laugh',
  'confused',
  'heart',
  'hooray',
  'rocket',
  'eyes',
] as const;

export interface Reaction {
  id: number;
  content: (typeof reactionContents)[number];
  account: Account;
  createdAt: string;
}

/** What issues, comments, reviews and review comments have in common. */
export interface Post {
  id: number;
  body: string | null;
  account: Account;
  /** Written with a token of our App. */
  viaApp: boolean;
  createdAt: string;
  updatedAt: string;
  reactions: Reaction[];
}

export interface TimelineEvent {
  id: number;
  event: 'labeled' | 'unlabeled' | 'closed' | 'reopened' | 'cross-referenced';
  account: Account;
  createdAt: string;
  label?: Label;
  source?: Issue;
}

export interface Issue extends Post {
  number: number;
  title: string;
  labels: Label[];
  assignees: Account[];
  state: 'open' | 'closed';
  stateReason: 'completed' | 'not_planned' | 'reopened' | 'duplicate' | null;
  locked: boolean;
  closedAt: string | null;
  closedBy: Account | null;
  comments: Post[];
  timeline: TimelineEvent[];
  pull: Pull | null;
}

export interface ReviewComment extends Post {
  review: number;
  path: string;
  line: number;
  side: 'LEFT' | 'RIGHT';
  startLine: number | null;
  startSide: 'LEFT' | 'RIGHT' | null;
  commit: string;
  hunk: string;
  inReplyTo: number | null;
}

export interface Review extends Post {
  state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING';
  commit: string;
}

export interface Pull {
  id: number;
  head: { ref: string; sha: string };
  base: { ref: string; sha: string };
  draft: boolean;
  mergedAt: string | null;
  mergedBy: Account | null;
  mergeCommit: string | null;
  reviews: Review[];
  comments: ReviewComment[];
  requestedReviewers: Account[];
}

export interface CheckSuite {
  id: number;
  sha: string;
  branch: string | null;
  before: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface CheckRun {
  id: number;
  suite: CheckSuite;
  name: string;
  sha: string;
  status: string;
  conclusion: string | null;
  startedAt: string;
  completedAt: string | null;
  externalId: string;
  detailsUrl: string | null;
  output: { title: string | null; summary: string | null; text: string | null; annotations: object[] };
  actions: { label: string; description: string; identifier: string }[];
}

export interface CommitStatus {
  id: number;
  sha: string;
  state: 'error' | 'failure' | 'pending' | 'success';
  context: string;
  description: string | null;
  targetUrl: string | null;
  account: Account;
  createdAt: string;
}

export interface Repository {
  id: number;
  owner: Account;
  name: string;
  private: boolean;
  archived: boolean;
  hasIssues: boolean;
  defaultBranch: string;
  /** Path of the bare repository. */
  git: string;
  createdAt: string;
  pushedAt: string;
  permissions: Map<number, Level>;
  protectedBranches: Set<string>;
  labels: Label[];
  issues: Map<number, Issue>;
  lastNumber: number;
  /** Issues that went to another repository. */
  movedIssues: Map<number, { repository: Repository; number: number }>;
  suites: CheckSuite[];
  checkRuns: CheckRun[];
  statuses: CommitStatus[];
}

export interface App {
  id: number;
  slug: string;
  clientId: string;
  privateKey: string;
  publicKey: string;
  webhookSecret: string;
  owner: Account;
  bot: Account;
  permissions: Permissions;
  events: string[];
  createdAt: string;
}

/** All that this GitHub knows; what is in the repositories is on disk. */
export interface World {
  /** Where it listens, without a slash at the end. */
  url: string;
  directory: string;
  now: () => Date;
  tokenLifeMs: number;
  app: App;
  accounts: Map<string, Account>;
  members: Map<number, Map<number, 'admin' | 'member'>>;
  repositories: Map<number, Repository>;
  installations: Map<number, Installation>;
  tokens: Map<string, Token>;
  outbox: Outbox;
  nextId: () => number;
  /** When each id was given, in milliseconds. */
  madeAt: Map<number, number>;
  /** Every way that refs went. */
  moves: { repository: string; ref: string; before: string | null; at: number }[];
  /** Repositories by names that they no longer have, in small letters. */
  formerNames: Map<string, Repository>;
}

/** GitHub's times are whole seconds. */
export function timestamp(now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z`;
}

export function findAccount(world: World, login: string): Account | undefined {
  return world.accounts.get(login.toLowerCase());
}

export function findRepository(world: World, owner: string, name: string): Repository | undefined {
  const wanted = `${owner}/${name}`.toLowerCase();
  return world.repositories.values().find((repository) => fullName(repository).toLowerCase() === wanted);
}

export function fullName(repository: Repository): string {
  return `${repository.owner.login}/${repository.name}`;
}

export function covers(installation: Installation, repository: Repository): boolean {
  if (installation.account.id !== repository.owner.id) return false;
  return installation.repositories === 'all' || installation.repositories.has(repository.id);
}

export function installationOf(world: World, repository: Repository): Installation | undefined {
  return world.installations.values().find((installation) => covers(installation, repository));
}

/** A person's permission: what was set, at least `read` where everybody reads. */
export function levelOf(world: World, repository: Repository, account: Account): Level {
  if (account.id === repository.owner.id) return 'admin';
  if (world.members.get(repository.owner.id)?.get(account.id) === 'admin') return 'admin';
  const set = repository.permissions.get(account.id) ?? 'none';
  return set === 'none' && !repository.private ? 'read' : set;
}

export function atLeast(level: Level, wanted: Level): boolean {
  return levels.indexOf(level) >= levels.indexOf(wanted);
}
