import type { IssueImage, WrittenImage } from '../core/issue-image.ts';
import type { Actor, Repository } from '../core/trigger.ts';
import type { Permission } from '../trigger/facts.ts';

/** GitHub, as the App sees it. All methods reject with OperationalErrors in words for people. */
export interface GitHubReader {
  /** Who the App itself is: its own words are told from others' by this id. */
  me(repository: Repository): Promise<{ userId: number; slug: string }>;
  on(repository: Repository): RepositoryReader;
}

/** What is read of one repository. */
export interface RepositoryReader {
  about(): Promise<{ archived: boolean; issues: boolean; defaultBranch: string }>;
  permission(actor: Actor): Promise<Permission>;
  /** `.github/ai-fix.yml` at a branch or commit, and the organisation's; null where there is none. */
  config(ref: string): Promise<string | null>;
  ownerConfig(): Promise<string | null>;
  /** The commit that a branch points to; null when there is no such branch. */
  branch(name: string): Promise<string | null>;
  mergeBase(base: string, head: string): Promise<string>;
  issue(number: number): Promise<GitHubIssue | null>;
  /** What these images of an issue and its comments show, in their order. */
  images(issue: number, images: readonly WrittenImage[]): Promise<IssueImage[]>;
  pull(number: number): Promise<GitHubPull | null>;
  /** Pull requests that close the issue when they are merged. */
  closingPulls(issue: number): Promise<ClosingPull[]>;
  comments(number: number): Promise<GitHubComment[]>;
  reviews(pull: number): Promise<GitHubComment[]>;
  threads(pull: number): Promise<ReviewThread[]>;
  failedChecks(commit: string): Promise<{ name: string; summary: string }[]>;
  /** A template for descriptions of pull requests; null when the repository has none. */
  pullTemplate(ref: string): Promise<string | null>;
}

export interface GitHubIssue {
  number: number;
  title: string;
  body: string;
  url: string;
  state: 'open' | 'closed';
  locked: boolean;
  author: Actor | null;
  labels: string[];
  /** ISO 8601. */
  updatedAt: string;
  closedAt: string | null;
  /** People, not bots, who work on it. */
  assignees: Actor[];
}

export interface GitHubPull {
  number: number;
  title: string;
  body: string;
  url: string;
  state: 'open' | 'closed';
  merged: boolean;
  locked: boolean;
  author: Actor | null;
  /** ISO 8601. */
  updatedAt: string;
  /** `repository` is null when the fork it came from is gone. */
  head: { branch: string; commit: string; repository: number | null };
  base: { branch: string; commit: string };
}

interface ClosingPull {
  number: number;
  url: string;
  state: 'open' | 'closed' | 'merged';
  author: Actor | null;
}

export interface GitHubComment {
  id: number;
  author: Actor | null;
  body: string;
  /** ISO 8601. */
  createdAt: string;
}

/** A conversation about a place in the diff; `id` is its first comment's. */
export interface ReviewThread {
  id: number;
  path: string;
  line: number | null;
  comments: GitHubComment[];
}

/** What can be reacted to. */
export type ReactionTarget =
  | { kind: 'issue'; number: number }
  | { kind: 'comment'; id: number }
  | { kind: 'review_comment'; id: number };
type Reaction = 'eyes' | 'rocket' | 'confused';

/** The App's own words on one repository. Each has one effect, however often it is called. */
export interface RepositoryWriter {
  react(target: ReactionTarget, reaction: Reaction): Promise<void>;
  unreact(target: ReactionTarget, reaction: Reaction): Promise<void>;
  ensureLabel(): Promise<void>;
  removeLabel(number: number): Promise<void>;
  /** The body begins with a marker, by which it is found again. Gives the comment's id. */
  comment(number: number, body: string): Promise<number>;
  /** False when somebody deleted the comment. */
  editComment(id: number, body: string): Promise<boolean>;
  reply(pull: number, thread: number, body: string): Promise<void>;
  /** Gives the check run's id. */
  createCheck(check: Check & { name: string; commit: string; run: string }): Promise<number>;
  updateCheck(id: number, check: Check): Promise<void>;
  updatePull(number: number, body: string): Promise<void>;
  requestReviewer(pull: number, login: string): Promise<void>;
}

interface Check {
  /** Null while it is under way. */
  conclusion: 'success' | 'failure' | 'neutral' | 'cancelled' | null;
  title: string;
  /** Markdown. */
  summary: string;
  actions: { label: string; description: string; identifier: string }[];
}
