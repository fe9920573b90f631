import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const variables = z.record(z.string(), z.unknown()).catch({});
const jobSchema = z.object({
  env: variables.default({}),
  strategy: z.object({ matrix: variables }).optional().catch(undefined),
  steps: z.array(z.unknown()),
});
const stepSchema = z.object({ run: z.string(), env: variables.default({}) });
const workflowSchema = z.object({ env: variables.default({}), jobs: z.record(z.string(), z.unknown()) });

const maximumForms = 40;
const expression = /\$\{\{\s*(matrix|env)\.([\w.-]+)\s*\}\}|\$\{?([A-Z]\w*)\}?/;

/** The commands of a workflow in which something stands for a value of the job's matrix or a variable, in all their forms. */
export function expandedCommands(text: string): string[] {
  const workflow = workflowSchema.safeParse(readYaml(text)).data;
  return Object.values(workflow?.jobs ?? {}).flatMap((value) => {
    const job = jobSchema.safeParse(value).data;
    return (job?.steps ?? []).flatMap((value) => {
      const step = stepSchema.safeParse(value).data;
      if (step === undefined || !/\bcargo\b/i.test(step.run)) return [];
      const values = { ...workflow?.env, ...job?.env, ...step.env };
      const lines = step.run.replace(/\\\r?\n/g, ' ').split('\n');
      return lines
        .filter((line) => expression.test(line))
        .flatMap((line) => {
          return formsOf(line, (kind, name) =>
            kind === 'matrix' ? matrixValues(job?.strategy?.matrix ?? {}, name) : scalars([values[name]]),
          );
        });
    });
  });
}

/** A line with each value that its expressions can have; nothing is known of others, which stay. */
function formsOf(line: string, valuesOf: (kind: string, name: string) => string[]): string[] {
  let pending = [line];
  const done: string[] = [];
  for (let round = 0; pending.length > 0 && round < 8; round++) {
    pending = pending.slice(0, maximumForms).flatMap((one) => {
      const found = expression.exec(one);
      if (found === null) {
        done.push(one);
        return [];
      }
      const [whole, kind = 'env', name = found[3] ?? ''] = found;
      return [...new Set(valuesOf(kind, name))].map((value) => one.replace(whole, () => value));
    });
  }
  return done;
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
