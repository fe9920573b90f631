/** Who did something on GitHub. Deleted accounts have no actor. */
export interface Actor {
  id: number;
  login: string;
  bot: boolean;
}

/** A repository of an installation. Rows are keyed by its ids; the names are for requests and for people. */
export interface Repository {
  /** Host name of the server: github.com or an Enterprise Server's. */
  host: string;
  installation: number;
  id: number;
  owner: string;
  name: string;
}

/** What a trigger is about: issue or pull request, by its number. */
export interface Subject {
  kind: 'issue' | 'pull_request';
  number: number;
}

/**
 * Where it was asked, so that the answer goes there. `id` is GitHub's id of the comment, review or check run. `event`
 * is GitHub's id of the labelling, where it was found without its webhook, and `nth` tells which one of its second it
 * is: 1 unless told.
 */
export type Place =
  | { kind: 'label'; event?: number; nth?: number }
  | { kind: 'comment'; id: number }
  | { kind: 'review'; id: number }
  | { kind: 'review_comment'; id: number }
  | { kind: 'check'; id: number };

export const botCommandNames = ['fix', 'retry', 'stop', 'status', 'help'] as const;
export type BotCommandName = (typeof botCommandNames)[number];

/** The label that asks for a fix; GitHub tells labels apart without regard to case. */
export const labelName = 'ai-fix';

/** Whether the label that asks for a fix is among those of an issue. */
export function hasLabel(labels: readonly string[]): boolean {
  return labels.some((name) => name.toLowerCase() === labelName);
}

/** A command and the words after it, such as the review that `retry` asks to follow. */
export interface BotCommand {
  name: BotCommandName;
  words: string;
}

/** Why a live run must end although nobody said stop. */
export type Withdrawal =
  | 'unlabeled'
  | 'closed'
  | 'deleted'
  | 'transferred'
  | 'uninstalled'
  | 'suspended'
  | 'repository_removed';

/** Somebody asks for something. */
export type Asked = Extract<Trigger, { kind: 'asked' }>;

/** What a webhook means to ai-fix; all other webhooks mean nothing. */
export type Trigger =
  /** Somebody asks for something. A label asks for `fix`. */
  | {
      kind: 'asked';
      repository: Repository;
      subject: Subject;
      command: BotCommand;
      place: Place;
      actor: Actor;
      /** When, by GitHub's clock, ISO 8601; not known of a check's button. */
      at?: string;
      /** The issue as it was when it was asked for: what was approved is what is read. */
      approved?: { title: string; body: string };
    }
  /** The subject of a run went away. */
  | {
      kind: 'withdrawn';
      repository: Repository;
      subject: Subject;
      why: Withdrawal;
      actor: Actor | null;
      /** When, by GitHub's clock, ISO 8601. */
      at?: string;
    }
  /** Repositories went away: some by id, or all of an installation. */
  | { kind: 'removed'; host: string; installation: number; repositories: number[] | 'all'; why: Withdrawal };
