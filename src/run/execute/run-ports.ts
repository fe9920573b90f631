import type { Complete } from '../../agent/loop.ts';
import type { ModelChoice } from '../../core/attempts.ts';
import type { Emit, RunEvent } from '../../core/events.ts';
import type { ModelProfile } from '../../core/model-profile.ts';
import type { RunEnd, RunRecord, StoredEvent } from '../../core/run-record.ts';
import type { Repository } from '../../core/trigger.ts';
import type { PublishPort } from '../../publish/publish.ts';
import type { GitDirectory } from '../../workspace/git.ts';
import type { GitHubReader, RepositoryWriter } from '../github-ports.ts';
import type { BaselineStore } from '../prepare/baseline-memory.ts';
import type { Sandboxes } from '../sandboxes.ts';
import type { Parking, Pauses } from './parking.ts';
import type { SharedLock } from './shared-lock.ts';

/** A run's log as its present worker writes it: every call rejects with `run_lost` once another worker has the run. */
export interface RunStore {
  /** All of the events or none. */
  append(events: readonly RunEvent[]): Promise<StoredEvent[]>;
  /** Rejects with `data_corrupt` when what is stored cannot be read. */
  read(): Promise<StoredEvent[]>;
  /** The content of the newest checkpoint. */
  workTree(): Promise<Uint8Array | null>;
  keep(facts: RunRecord['posted']): Promise<void>;
  /** Does nothing but reject once the run is another worker's. */
  check(): Promise<void>;
  /** Gives the run back, for any worker after some seconds, with what it has cost so far. */
  park(pause: { seconds: number; usd: number }): Promise<void>;
  end(end: RunEnd, usd: number): Promise<void>;
  /** Calls back once when somebody wants the run to stop. */
  watchCancel(onCancel: (reason: string) => void): Disposable;
}

/** Whether the model answers, as all workers have found. */
interface ModelHealth {
  /** No run is given out for a while. */
  failed(run: string, parking: Pick<Parking, 'code' | 'why'>): Promise<void>;
  answered(): Promise<void>;
}

export interface RunPorts {
  github: GitHubReader;
  writer(repository: Repository): Promise<RepositoryWriter>;
  publisher(repository: Repository): Promise<PublishPort>;
  /** The host's mirror of the repository, with that commit and its history. */
  mirror(
    repository: Repository,
    where: { branch: string; commit: string },
    signal: AbortSignal,
  ): Promise<GitDirectory>;
  sandboxes(run: string, repository: Repository): Sandboxes;
  baselines(repository: Repository): BaselineStore;
  model(choice: ModelChoice, emit: Emit): Complete;
  modelProfile(model: string): ModelProfile;
  modelHealth: ModelHealth;
  pauses: Pauses;
  /** Held by each run of this worker while it is worked on. */
  runLock: SharedLock;
  /** Told of what went wrong beside the run itself. */
  onError(error: unknown): void;
  /** Milliseconds since 1970. */
  clock(): number;
}
