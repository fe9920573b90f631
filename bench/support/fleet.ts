import pg from 'pg';
import type { AppConfig } from '../../src/app-config.ts';
import type { RunEnd } from '../../src/core/run-record.ts';
import type { Watch } from '../../test/support/kills/gateway.ts';
import { waitUntil } from '../../test/support/kills/wait-until.ts';
import type { Judgement, Labelled, Load } from './load.ts';
import { type Member, startMember } from './member.ts';

/** A run as the database has it. */
export interface RunLine {
  id: string;
  installation: string;
  repository: number;
  issue: number;
  state: string;
  end: RunEnd | null;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  worker: string | null;
  token: number;
  events: number;
}

/** A `serve` that does no runs and several workers, on one database. */
export interface Fleet extends AsyncDisposable {
  serve: Member;
  workers: Member[];
  runs(): Promise<RunLine[]>;
  /** Set aside and spent on all days together. */
  money(): Promise<number>;
  /** Judges each issue when its run has ended. */
  settle(issues: readonly Labelled[], withinMs: number): Promise<Judgement[]>;
}

export interface FleetOptions {
  workers: number;
  config?: Partial<AppConfig>;
  watchModel?(worker: number): Watch;
}

export async function startFleet(load: Load, databaseUrl: string, options: FleetOptions): Promise<Fleet> {
  await using opened = new AsyncDisposableStack();
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  opened.defer(() => pool.end());
  pool.on('error', () => {}); // the server may go at any time
  const config = { databaseUrl, ...options.config };
  const serve = opened.use(
    await startMember(load, {
      name: 'serve',
      roles: { web: true, work: true },
      config: { ...config, maximumRuns: 0 },
    }),
  );
  const workers: Member[] = [];
  for (let index = 0; index < options.workers; index++) {
    const watchModel = options.watchModel?.(index);
    const worker = await startMember(load, {
      name: `worker-${index + 1}`,
      roles: { web: false, work: true },
      config: { ...config, maximumRuns: 1 },
      ...(watchModel === undefined ? {} : { watchModel }),
    });
    workers.push(opened.use(worker));
  }
  const runs = () => readRuns(pool);
  const held = opened.move();
  return {
    serve,
    workers,
    runs,
    async money() {
      const { rows } = await pool.query(
        'SELECT coalesce(sum(reserved_usd + spent_usd), 0) AS usd FROM ai_fix.budget',
      );
      return Number(rows[0]?.usd);
    },
    async settle(issues, withinMs) {
      const lines = await waitUntil(
        async () => {
          const all = await runs().catch(() => []);
          return issues.every((issue) => runOf(all, issue)?.state === 'ended') ? all : null;
        },
        { withinMs, everyMs: 500 },
      );
      const known = lines ?? (await runs());
      return Promise.all(issues.map((issue) => load.judge(issue, runOf(known, issue)?.end ?? null)));
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

export function runOf(runs: readonly RunLine[], { repository, number }: Labelled): RunLine | undefined {
  return runs.findLast((run) => run.repository === repository.id && run.issue === number);
}

async function readRuns(pool: pg.Pool): Promise<RunLine[]> {
  const { rows } = await pool.query(
    `SELECT id, installation_id, repository_id, issue_number, state, outcome, why, published, created_at, started_at,
       ended_at, worker, token, events FROM ai_fix.runs ORDER BY id`,
  );
  return rows.map((row) => ({
    id: row.id,
    installation: String(row.installation_id),
    repository: Number(row.repository_id),
    issue: row.issue_number,
    state: row.state,
    end: row.outcome === null ? null : { outcome: row.outcome, why: row.why ?? '', published: row.published },
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    worker: row.worker,
    token: row.token,
    events: row.events,
  }));
}
