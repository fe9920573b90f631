import { z } from 'zod';
import { yamlOrNull } from '../parse-or-null.ts';

const variables = z.record(z.string(), z.unknown()).catch({});
const workflowSchema = z.object({ env: variables.default({}), jobs: z.record(z.string(), z.unknown()) });
const jobSchema = z.object({
  'runs-on': z.unknown().optional(),
  env: variables.default({}),
  defaults: z
    .object({ run: z.object({ 'working-directory': z.string() }) })
    .optional()
    .catch(undefined),
  strategy: z.object({ matrix: variables }).optional().catch(undefined),
  steps: z.array(z.unknown()),
});

/** A job of a workflow of GitHub's, as it is written: expressions and conditions stand where values are to be. */
export interface WorkflowJob {
  /** Where it runs; '' where that is not said. */
  machine: string;
  /** The workflow's variables and its own. */
  env: Record<string, unknown>;
  /** Where its steps run that do not say it themselves; '' is the root. */
  directory: string;
  matrix: Record<string, unknown>;
  steps: unknown[];
}

/** The jobs of a workflow; none where the text is no workflow. */
export function readWorkflow(text: string): WorkflowJob[] {
  const workflow = workflowSchema.safeParse(yamlOrNull(text)).data;
  return Object.values(workflow?.jobs ?? {}).flatMap((value) => {
    const job = jobSchema.safeParse(value).data;
    if (job === undefined) return [];
    const { env, defaults, strategy, steps } = job;
    return [
      {
        machine: String(job['runs-on'] ?? ''),
        env: { ...workflow?.env, ...env },
        directory: defaults?.run['working-directory'] ?? '',
        matrix: strategy?.matrix ?? {},
        steps,
      },
    ];
  });
}

/** Whether a job runs on Linux, as far as it says. */
export function isOnLinux({ machine }: Pick<WorkflowJob, 'machine'>): boolean {
  return !/^(windows|macos)/i.test(machine);
}
