import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { RepositoryFiles } from '../repository-files.ts';

/** A step of a CI job that says all that it does by itself. */
interface RunStep {
  run: string;
  /** Relative to the root; '' is the root. */
  directory: string;
  env: Record<string, string>;
}

export interface Job {
  /** The workflow's path. */
  source: string;
  steps: RunStep[];
}

const value = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const variables = z.record(z.string(), value).catch({});
const stepSchema = z.object({
  run: z.string(),
  shell: z.string().default('bash'),
  'working-directory': z.string().default(''),
  env: variables.default({}),
  if: z.unknown().optional(),
});
const jobSchema = z.object({
  'runs-on': z.unknown().optional(),
  env: variables.default({}),
  defaults: z
    .object({ run: z.object({ 'working-directory': z.string() }) })
    .optional()
    .catch(undefined),
  steps: z.array(z.unknown()),
});
const workflowSchema = z.object({ env: variables.default({}), jobs: z.record(z.string(), z.unknown()) });

/** The jobs of workflows that run on Linux, with their plain steps: those with expressions or conditions are left out. */
export async function readJobs(files: RepositoryFiles, paths: readonly string[]): Promise<Job[]> {
  const texts = await files.readAll(paths);
  return paths.flatMap((path) => jobsIn(path, texts.get(path) ?? ''));
}

function jobsIn(source: string, text: string): Job[] {
  const workflow = workflowSchema.safeParse(readYaml(text)).data;
  return Object.values(workflow?.jobs ?? {}).flatMap((value) => {
    const job = jobSchema.safeParse(value).data;
    if (job === undefined || /^(windows|macos)/.test(String(job['runs-on']))) return [];
    const outer = { ...workflow?.env, ...job.env };
    const directory = job.defaults?.run['working-directory'] ?? '';
    return [{ source, steps: job.steps.flatMap((step) => plainStep(step, outer, directory)) }];
  });
}

function plainStep(found: unknown, outer: Record<string, string>, directory: string): RunStep[] {
  const step = stepSchema.safeParse(found).data;
  if (step === undefined || step.if !== undefined || !/^(ba)?sh\b/.test(step.shell)) return [];
  const plain = { run: step.run, directory: tidy(step['working-directory'] || directory) };
  const env = Object.entries({ ...outer, ...step.env }).filter(([, text]) => !hasExpression(text));
  const isPlain = ![...Object.values(plain), ...Object.values(step.env)].some(hasExpression);
  return isPlain && !/^\/|(^|\/)\.\.(\/|$)/.test(plain.directory)
    ? [{ ...plain, env: Object.fromEntries(env) }]
    : [];
}

const tidy = (path: string) => path.replace(/^(\.\/)+|^\.$|\/+$/g, '');
const hasExpression = (text: string) => text.includes('${{');

function readYaml(text: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: 100 });
  } catch {
    return null; // a workflow with mistakes says nothing
  }
}
