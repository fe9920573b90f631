import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

/** A step of CI as it is written, conditions and expressions with it. */
export interface RunStep {
  run: string;
  /** Where its job runs, as it is written. */
  machine: string;
  /** The values that `matrix.NAME` or `env.NAME` can have, as far as they are written out. */
  valuesOf(kind: string, name: string): string[];
}

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const variables = z.record(z.string(), z.unknown()).catch({});
const jobSchema = z.object({
  'runs-on': z.unknown().optional(),
  env: variables.default({}),
  strategy: z.object({ matrix: variables }).optional().catch(undefined),
  steps: z.array(z.unknown()),
});
const stepSchema = z.object({ run: z.string(), env: variables.default({}) });
const workflowSchema = z.object({ env: variables.default({}), jobs: z.record(z.string(), z.unknown()) });

/** The steps of a workflow that run commands; none where the text is no workflow. */
export function readRunSteps(text: string): RunStep[] {
  const workflow = workflowSchema.safeParse(readYaml(text)).data;
  return Object.values(workflow?.jobs ?? {}).flatMap((value) => {
    const job = jobSchema.safeParse(value).data;
    return (job?.steps ?? []).flatMap((value): RunStep[] => {
      const step = stepSchema.safeParse(value).data;
      if (step === undefined) return [];
      const matrix = job?.strategy?.matrix ?? {};
      const env = { ...workflow?.env, ...job?.env, ...step.env };
      return [
        {
          run: step.run,
          machine: String(job?.['runs-on'] ?? ''),
          valuesOf: (kind, name) => (kind === 'matrix' ? matrixValues(matrix, name) : scalars([env[name]])),
        },
      ];
    });
  });
}

/** The values that a name of the matrix has, in its list or in what is included. */
function matrixValues(matrix: Record<string, unknown>, name: string): string[] {
  const [first = '', ...path] = name.split('.');
  const included = Array.isArray(matrix.include) ? matrix.include : [];
  const listed = Array.isArray(matrix[first]) ? matrix[first] : [];
  const all: unknown[] = [...listed, ...included.map((entry) => at(entry, first))];
  return scalars(all.map((value) => path.reduce(at, value)));
}

function at(value: unknown, key: string): unknown {
  return variables.parse(value)[key];
}

function scalars(values: readonly unknown[]): string[] {
  return values.flatMap((value) => {
    const found = scalar.safeParse(value);
    return found.success ? [found.data] : [];
  });
}

function readYaml(text: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: 100 });
  } catch {
    return null; // a workflow with mistakes, or no workflow
  }
}
