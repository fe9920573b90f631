import type { RunRecord, RunRequest, StoredEvent } from '../../core/run-record.ts';
import type { Asked, Repository } from '../../core/trigger.ts';
import type { GitHubReader, RepositoryWriter } from '../github-ports.ts';

/** What triggers need of the store. */
interface TriggerStore {
  findLiveRun(repository: Repository, number: number): Promise<RunRecord | null>;
  findLiveRuns(removal: {
    host: string;
    installation: number;
    repositories: readonly number[] | 'all';
  }): Promise<RunRecord[]>;
  latestRun(repository: Repository, number: number): Promise<RunRecord | null>;
  /** Whether a labelling was answered: by a run, or by a refusal of the same labelling that came another way. */
  isServed(
    repository: Repository,
    issue: number,
    labelling: { at: string; event: number | null; nth: number },
  ): Promise<boolean>;
  readEvents(run: string): Promise<StoredEvent[]>;
  /** Creates a run that waits until it is released; again for the same delivery it gives the same run. */
  createRun(run: {
    request: RunRequest;
    delivery: string;
    budget: { dailyUsd: number; runUsd: number };
  }): Promise<
    | { created: true; run: RunRecord }
    | { created: false; why: 'live'; live: RunRecord }
    | { created: false; why: 'budget'; resumesAt: string | null }
  >;
  releaseRun(id: string): Promise<void>;
  keepPosted(id: string, facts: RunRecord['posted']): Promise<void>;
  requestCancel(id: string, reason: string): Promise<RunRecord | null>;
  /** The run that a delivery started. */
  runOf(delivery: string): Promise<RunRecord | null>;
}

/** What this server is willing to do. */
export interface Policy {
  paused: boolean;
  allows(repository: Repository): boolean;
  dailyUsd: number;
  /** Where neither repository nor organisation names one. */
  model: string;
}

export interface TriggerPorts {
  github: GitHubReader;
  writer(repository: Repository): Promise<RepositoryWriter>;
  store: TriggerStore;
  policy: Policy;
  onError(error: unknown): void;
  /** Milliseconds since 1970. */
  clock(): number;
}

/** Somebody asks for something, by way of a delivery. */
export interface Request {
  delivery: string;
  trigger: Asked;
  ports: TriggerPorts;
}
