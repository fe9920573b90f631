export interface Migration {
  name: string;
  sql: string;
}

/**
 * The history of our tables; the first is number 1. Only ever append: what was released has run on somebody's data.
 *
 * Processes of the version before go on working while and after a migration runs. So it only adds: tables, indexes,
 * columns that may be null or have a default. What it replaces stays, and stays filled, until no version that reads or
 * writes it can be at work any more; it is dropped a release later.
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
    name: 'going on with runs that were left',
    sql: `
      CREATE TABLE ai_fix.work_trees (
        run_id text PRIMARY KEY REFERENCES ai_fix.runs (id) ON DELETE CASCADE,
        content bytea NOT NULL
      );

      ALTER TABLE ai_fix.runs ADD COLUMN not_before timestamptz;

      CREATE TABLE ai_fix.gates (
        name text PRIMARY KEY,
        code text NOT NULL,
        why text NOT NULL,
        since timestamptz NOT NULL DEFAULT now(),
        until timestamptz NOT NULL,
        closings integer NOT NULL DEFAULT 1,
        probe text
      );

      CREATE TABLE ai_fix.baselines (
        key text PRIMARY KEY,
        repository text NOT NULL,
        run json NOT NULL,
        used_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX baselines_by_use ON ai_fix.baselines (used_at);`,
  },
  {
    name: 'looking for missed webhooks',
    sql: `
      CREATE TABLE ai_fix.sweeps (
        name text PRIMARY KEY,
        started_at timestamptz,
        next_at timestamptz NOT NULL,
        lease uuid,
        leased_until timestamptz,
        done_until timestamptz
      );

      CREATE TABLE ai_fix.redeliveries (
        guid text PRIMARY KEY,
        attempt bigint NOT NULL,
        repository_id bigint,
        delivered_at timestamptz NOT NULL,
        asked integer NOT NULL DEFAULT 0,
        asked_at timestamptz,
        next_at timestamptz NOT NULL
      );

      ALTER TABLE ai_fix.runs ADD COLUMN asked_at timestamptz, ADD COLUMN label_event bigint;
      ALTER TABLE ai_fix.deliveries
        ADD COLUMN labelled_issue integer, ADD COLUMN asked_at timestamptz, ADD COLUMN label_event bigint;
      UPDATE ai_fix.deliveries
        SET labelled_issue = (trigger #>> '{subject,number}')::integer, asked_at = received_at
        WHERE action = 'labeled' AND trigger IS NOT NULL;
      CREATE INDEX deliveries_labelled ON ai_fix.deliveries (repository_id, labelled_issue)
        WHERE labelled_issue IS NOT NULL;`,
  },
  {
    name: 'indexes for what is old or was removed',
    sql: `
      CREATE INDEX runs_with_events ON ai_fix.runs (ended_at) WHERE events > 0;
      CREATE INDEX deliveries_by_age ON ai_fix.deliveries (received_at);
      CREATE INDEX deliveries_of_removals ON ai_fix.deliveries (received_at)
        WHERE event IN ('installation', 'installation_repositories');`,
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
