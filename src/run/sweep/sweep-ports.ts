import type { Actor, Repository, Trigger } from '../../core/trigger.ts';
import type { DeliveryAttempt, FailedDelivery } from './plan-redeliveries.ts';

/** GitHub, for those who look for missed webhooks. */
interface SweepGitHub {
  /** What it tried to deliver since then. */
  attempts(since: Date): Promise<DeliveryAttempt[]>;
  /** Has it deliver again; false when it has that no more. */
  askAgain(attempt: number): Promise<boolean>;
  installations(): Promise<{ id: number; owner: string; createdAt: string; suspended: boolean }[]>;
  /**
   * Open issues with the label, changed since then, the longest unchanged first. `rest`: nothing is missing, or those
   * that were changed later, or it is not known.
   */
  search(
    installation: number,
    owner: string,
    since: Date,
  ): Promise<{ issues: LabelledIssue[]; rest: 'none' | 'newer' | 'unknown' }>;
  /** Null when the installation does not cover it. */
  repository(installation: number, owner: string, name: string): Promise<Repository | null>;
  lastLabelling(repository: Repository, number: number): Promise<LabelEvent | null>;
}

export interface LabelledIssue {
  owner: string;
  name: string;
  number: number;
  /** ISO 8601. */
  updatedAt: string;
}

export interface LabelEvent {
  id: number;
  /** ISO 8601, in whole seconds. */
  at: string;
  /** Which of the people's labellings within that second it is, 1 being the first. */
  nth: number;
  /** Null for an account that was deleted. */
  actor: Actor | null;
  /** The App that did it for somebody, by its id. */
  app: number | null;
}

export interface SweepTurn {
  name: string;
  lease: string;
  startedAt: Date;
  doneUntil: Date | null;
}

/** What is kept between sweeps, so that several processes do nothing twice. */
interface SweepStore {
  begin(name: string, startedBefore: Date | null): Promise<SweepTurn | null>;
  end(turn: SweepTurn, end: { doneUntil: Date | null; nextAt: Date }): Promise<void>;
  noteFailed(failed: readonly FailedDelivery[]): Promise<void>;
  dueRedeliveries(maximumAsked: number): Promise<FailedDelivery[]>;
  claimRedelivery(guid: string, pausesMs: readonly number[]): Promise<boolean>;
  giveUpRedelivery(guid: string): Promise<void>;
  awaitsRedelivery(repository: number, askedAfter: Date): Promise<boolean>;
  forgetRedeliveries(before: Date): Promise<void>;
}

export interface SweepPorts {
  appId: number;
  github: SweepGitHub;
  sweeps: SweepStore;
  /** Whether a labelling was answered, or waits to be. */
  isServed(
    repository: Repository,
    issue: number,
    labelling: { at: string; event: number; nth: number; orWaiting: true },
  ): Promise<boolean>;
  /** Takes a trigger as if its webhook had come; false when it was taken before. */
  accept(
    delivery: { guid: string; event: string; action: string; installation: number; repository: number },
    trigger: Trigger,
  ): Promise<boolean>;
  onError(error: unknown): void;
  log(facts: Record<string, unknown>, message: string): void;
  pace: SweepPace;
  /** Stop as soon as possible. */
  signal: AbortSignal;
}

/** In milliseconds. Tests change it; nothing else should. */
export interface SweepPace {
  betweenRedeliveries: number;
  betweenLabels: number;
  /** After a sweep that could not see everything. */
  again: number;
  /** The pause after each time that a delivery was asked for; as often as there are pauses. */
  redelivery: readonly number[];
  /** How long a webhook may be on its way, and one that was asked for again. */
  onItsWay: number;
  askedOnItsWay: number;
  /** GitHub's lists lag behind what happened. */
  lag: number;
}

const minute = 60_000;

export const sweepPace: SweepPace = {
  betweenRedeliveries: 5 * minute,
  betweenLabels: 60 * minute,
  again: 5 * minute,
  redelivery: [5 * minute, 20 * minute, 80 * minute, 320 * minute],
  onItsWay: 5 * minute,
  askedOnItsWay: 5 * minute,
  lag: 30 * minute,
};
