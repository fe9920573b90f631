import type { AppConfig } from '../../../src/app-config.ts';
import type { RunEvent } from '../../../src/core/events.ts';
import type { RunRecord } from '../../../src/core/run-record.ts';
import type { Roles } from '../../../src/serve.ts';

/** A write of the store: its name, and which one of that name since the count began (1, 2, ...). */
export interface StoreMoment {
  call: string;
  number: number;
  when: 'before' | 'after';
}

/** Where the process is to kill itself, and how many milliseconds after that. */
export interface ArmedKill extends StoreMoment {
  delayMs: number;
}

/** What an App's process uses of its machine. */
export interface Measured {
  rss: number;
  heap: number;
  descriptors: number;
  /** Open handles by kind. */
  resources: Record<string, number>;
}

export type Question =
  /** Begins to count anew; null: nothing is to be killed. */
  | { ask: 'arm'; kill: ArmedKill | null }
  /** The newest run about an issue or pull request. */
  | { ask: 'latest'; host: string; repository: number; number: number }
  | { ask: 'measure' }
  | { ask: 'stop' };

export interface Answers {
  arm: null;
  latest: RunRecord | null;
  measure: Measured;
  stop: null;
}

export type ToChild =
  | { kind: 'start'; config: AppConfig; roles: Roles; kill: ArmedKill | null }
  | { kind: 'question'; id: number; question: Question };

export type FromChild =
  | { kind: 'ready'; url: string | null }
  | { kind: 'failed'; why: string }
  | { kind: 'answer'; id: number; value: unknown }
  | ({ kind: 'store'; about: string } & StoreMoment)
  | { kind: 'event'; run: string; event: RunEvent };
