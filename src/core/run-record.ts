import type { AttemptRules } from './attempts.ts';
import type { RunEvent } from './events.ts';
import type { WrittenImage } from './issue-image.ts';
import type { RunLimits } from './limits.ts';
import type { Outcome } from './outcome.ts';
import type { Published } from './published.ts';
import type { Actor, Place, Repository } from './trigger.ts';

export type { Published };

/** A text of somebody with write access, as people see it rendered. */
export interface FrozenComment {
  author: string;
  /** When it was written, ISO 8601. */
  at: string;
  text: string;
  /** The lines of code it is about, such as `src/sum.ts:12`, for review comments. */
  about: string | null;
}

/** All that a run reads, frozen when it was approved: what was approved is what is read. */
export interface RunRequest {
  repository: Repository;
  /** The images are the issue's own, then those of the comments. */
  issue: { number: number; title: string; text: string; url: string; images?: WrittenImage[] };
  comments: FrozenComment[];
  /** The commit to start from; for a retry the head of the pull request. */
  base: { branch: string; commit: string };
  /** The pull request to improve; null for a new one. */
  pull: RetriedPull | null;
  /** The words after the command. */
  words: string;
  actor: Actor;
  place: Place;
  /** When it was asked for, by GitHub's clock, ISO 8601; not known of a check's button. */
  askedAt?: string;
  /** What was not read and why, for the status comment: "2 comments by people without write access". */
  leftOut: string[];
  model: string;
  limits: RunLimits;
  /** Not known of runs from before there were several attempts: those have one. */
  attempts?: AttemptRules;
}

export interface RetriedPull {
  number: number;
  branch: string;
  /** Commit on the base branch that the pull request is compared with. */
  mergeBase: string;
  /** Review threads to answer: GitHub's id of each one's first comment, and the place in the code it is about. */
  threads: { id: number; about: string }[];
  failedChecks: { name: string; summary: string }[];
}

export type RunState = 'queued' | 'running' | 'ended';

/** A run as it is stored. */
export interface RunRecord {
  /** ULID-like, sortable by time; also names branches, containers and markers. */
  id: string;
  state: RunState;
  request: RunRequest;
  /** ISO 8601. */
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  /** Somebody asked to stop it; the reason is for people: "@ann removed the label". */
  cancelReason: string | null;
  end: RunEnd | null;
  usd: number;
  posted: Posted;
}

/** What a run has put on GitHub so far, by GitHub's ids, so that a restarted process finds it again. */
export interface Posted {
  statusComment?: number;
  checkRun?: number;
  /** It was cancelled while no worker had it: whether that was said. */
  concluded?: boolean;
}

export interface RunEnd {
  outcome: Outcome;
  why: string;
  published: Published | null;
}

/** An event with its place in the run's log: 1, 2, 3 and so on, without gaps. */
export interface StoredEvent {
  number: number;
  /** ISO 8601. */
  at: string;
  event: RunEvent;
}
