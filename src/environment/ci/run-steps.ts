import { z } from 'zod';
import { scalars } from './scalars.ts';
import { readWorkflow, type WorkflowJob } from './workflow.ts';

/** A step of CI as it is written, conditions and expressions with it. */
export interface RunStep {
  run: string;
  /** Where its job runs, as it is written. */
  machine: string;
  /** The values that `matrix.NAME` or `env.NAME` can have, as far as they are written out. */
  valuesOf(kind: string, name: string): string[];
}

const variables = z.record(z.string(), z.unknown()).catch({});
const stepSchema = z.object({ run: z.string(), env: variables.default({}) });

/** The steps of a workflow that run commands; none where the text is no workflow. */
export function readRunSteps(text: string): RunStep[] {
  return readWorkflow(text).flatMap((job) => job.steps.flatMap((step) => runStep(step, job)));
}

function runStep(found: unknown, { machine, env: outer, matrix }: WorkflowJob): RunStep[] {
  const step = stepSchema.safeParse(found).data;
  if (step === undefined) return [];
  const env = { ...outer, ...step.env };
  return [
    {
      run: step.run,
      machine,
      valuesOf: (kind, name) => (kind === 'matrix' ? matrixValues(matrix, name) : scalars([env[name]])),
    },
  ];
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
