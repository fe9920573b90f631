import { createFileIndex, type FileIndex } from '../src/agent/localise/file-index.ts';
import { rankFiles } from '../src/agent/localise/rank-files.ts';
import { isSourcePath } from '../src/agent/localise/source-files.ts';
import { findRepository } from '../src/eval/repositories.ts';
import { commitFiles } from '../src/workspace/commits.ts';
import { readLocalisations } from './localisation-instances.ts';
import type { BenchOptions } from './support/options.ts';

const cuts = [1, 5, 10, 20];

/**
 * How far up the files that a fix changed are, from the text alone. `--instances` has one JSON object a line:
 * `instance_id, repo, base_commit, problem_statement, files`.
 */
export async function benchLocalisation(options: BenchOptions): Promise<object> {
  const instances = await readLocalisations(options.need('instances'));
  const index = createFileIndex(1_000_000_000);
  const results = [];
  for (const instance of instances) {
    const path = findRepository(options.need('repos'), instance.repo);
    const files = commitFiles({ path, objectFormat: 'sha1' }, instance.base_commit);
    const indexed = await indexCommit(index, files);
    const [title = '', ...body] = instance.problem_statement.split('\n');
    const started = performance.now();
    const ranked = rankFiles({ title, body: body.join('\n') }, indexed.records, index.vocabulary);
    const ms = performance.now() - started;
    const ranks = instance.files.map((file) => ranked.indexOf(file) + 1);
    results.push({ instance: instance.instance_id, repo: instance.repo, ranks, ms, ...indexed });
    process.stderr.write(`${instance.instance_id} ${ranks.join(' ')} (${Math.round(ms)} ms)\n`);
  }
  return { ...summarize(results), half: halves(results) };
}

async function indexCommit(index: FileIndex, files: ReturnType<typeof commitFiles>) {
  const paths = (await files.paths()).filter(isSourcePath);
  const ids = await files.ids(paths);
  let read = 0;
  const started = performance.now();
  const records = await index.recordsOf(
    paths.map((path, at) => ({ path, id: ids[at] ?? '' })),
    (wanted) => {
      read += wanted.length;
      return files.readAll(wanted);
    },
  );
  return { records, read, indexMs: performance.now() - started };
}

interface Result {
  ranks: number[];
  ms: number;
  read: number;
  indexMs: number;
}

function summarize(results: readonly Result[]) {
  const recall = (cut: number) =>
    mean(results.map(({ ranks }) => ranks.filter((rank) => rank > 0 && rank <= cut).length / ranks.length));
  const times = results.map(({ ms }) => ms).sort((a, b) => a - b);
  const read = results.reduce((sum, result) => sum + result.read, 0);
  const indexMs = results.reduce((sum, result) => sum + result.indexMs, 0);
  return {
    instances: results.length,
    ...Object.fromEntries(cuts.map((cut) => [`recall@${cut}`, round(recall(cut))])),
    query_ms: { median: round(times[Math.floor(times.length / 2)] ?? 0), max: round(times.at(-1) ?? 0) },
    index: {
      files_read: read,
      ms_per_file: round(indexMs / Math.max(1, read)),
      first_ms: round(results[0]?.indexMs ?? 0),
    },
  };
}

/** Every other instance, to see how much chance there is in the figures. */
function halves(results: readonly Result[]) {
  return [0, 1].map((half) => {
    const { query_ms, index, ...recalls } = summarize(results.filter((_, at) => at % 2 === half));
    return recalls;
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
