import { z } from 'zod';
import { joinDirectory } from '../directories.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { scalar, scalars } from './scalars.ts';
import { isOnLinux, readWorkflow, type WorkflowJob } from './workflow.ts';

/** A step of a CI job that says all that it does by itself. */
interface PlainStep {
  run: string;
  /** Relative to the root; '' is the root. */
  directory: string;
  env: Record<string, string>;
}

export interface Job {
  /** The workflow's path. */
  source: string;
  steps: PlainStep[];
}

const variables = z.record(z.string(), scalar).catch({});
const stepSchema = z.object({
  run: z.string(),
  shell: z.string().default('bash'),
  'working-directory': z.string().default(''),
  env: variables.default({}),
  if: z.unknown().optional(),
});

/** The jobs of workflows that run on Linux, with their plain steps: those with expressions or conditions are left out. */
export async function readJobs(files: RepositoryFiles, paths: readonly string[]): Promise<Job[]> {
  const texts = await files.readAll(paths);
  return paths.flatMap((source) => {
    const jobs = readWorkflow(texts.get(source) ?? '').filter(isOnLinux);
    return jobs.map((job) => ({ source, steps: job.steps.flatMap((step) => plainStep(step, job)) }));
  });
}

function plainStep(found: unknown, job: WorkflowJob): PlainStep[] {
  const step = stepSchema.safeParse(found).data;
  if (step === undefined || step.if !== undefined || !/^(ba)?sh\b/.test(step.shell)) return [];
  const directory = joinDirectory(step['working-directory'] || job.directory);
  if (/^\/|^\.\.(\/|$)/.test(directory)) return [];
  if ([step.run, directory, ...Object.values(step.env)].some(hasExpression)) return [];
  const env = Object.entries({ ...scalarsOf(job.env), ...step.env });
  return [
    { run: step.run, directory, env: Object.fromEntries(env.filter(([, text]) => !hasExpression(text))) },
  ];
}

function scalarsOf(env: Record<string, unknown>): Record<string, string> {
  const known = Object.entries(env).flatMap(([name, value]) => scalars([value]).map((text) => [name, text]));
  return Object.fromEntries(known);
}

function hasExpression(text: string): boolean {
  return text.includes('${{');
}
