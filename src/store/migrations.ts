export interface Migration {
  name: string;
  sql: string;
}

/**
 * The history of our tables; the first is number 1. Only ever append: what was released has run on somebody's data.
 *
 * `json`, not `jsonb`, for what must come back as it was written: `jsonb` sorts keys, which changes what the model
 * sees as its prefix, and refuses `\u0000`, which programs print.
 */
export const migrations: readonly Migration[] = [
  {
    name: 'deliveries, runs, events and budget',
    sql: `
      CREATE TABLE ai_fix.deliveries (
        guid text PRIMARY KEY,
        event text NOT NULL,
        action text,
        installation_id bigint,
        repository_id bigint,
        received_at timestamptz NOT NULL,
        trigger json,
        verdict text
      );

      CREATE TABLE ai_fix.budget (
        day date PRIMARY KEY,
        reserved_usd double precision NOT NULL DEFAULT 0,
        spent_usd double precision NOT NULL DEFAULT 0
      );

      CREATE TABLE ai_fix.runs (
        id text PRIMARY KEY,
        host text NOT NULL,
        installation_id bigint NOT NULL,
        repository_id bigint NOT NULL,
        issue_number integer NOT NULL,
        pull_number integer,
        delivery text UNIQUE,
        released boolean NOT NULL DEFAULT false,
        state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'ended')),
        request json NOT NULL,
        facts jsonb NOT NULL DEFAULT '{}',
        cancel_reason text,
        outcome text,
        why text,
        published json,
        usd double precision NOT NULL DEFAULT 0,
        reserved_usd double precision NOT NULL DEFAULT 0,
        reserved_on date,
        created_at timestamptz NOT NULL,
        started_at timestamptz,
        ended_at timestamptz,
        job uuid,
        worker text,
        token integer NOT NULL DEFAULT 0,
        events integer NOT NULL DEFAULT 0,
        CHECK ((state = 'ended') = (outcome IS NOT NULL AND ended_at IS NOT NULL))
      );
      CREATE UNIQUE INDEX runs_one_live ON ai_fix.runs (host, repository_id, issue_number)
        WHERE state <> 'ended';
      CREATE INDEX runs_live ON ai_fix.runs (state, host, installation_id) WHERE state <> 'ended';
      CREATE INDEX runs_by_start ON ai_fix.runs (host, installation_id, started_at);
      CREATE INDEX runs_of_issue ON ai_fix.runs (host, repository_id, issue_number);
      CREATE INDEX runs_of_pull ON ai_fix.runs (host, repository_id, pull_number);

      CREATE TABLE ai_fix.run_events (
        run_id text NOT NULL REFERENCES ai_fix.runs (id) ON DELETE CASCADE,
        number integer NOT NULL,
        at timestamptz NOT NULL,
        version integer NOT NULL,
        event json NOT NULL,
        PRIMARY KEY (run_id, number)
      );`,
  },
  {
    name: 'writes that were begun',
    sql: `
      CREATE TABLE ai_fix.writes (
        key text PRIMARY KEY,
        begun_at timestamptz NOT NULL
      );
      CREATE INDEX writes_by_age ON ai_fix.writes (begun_at);`,
  },
];
