import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { OperationalError } from '../core/errors.ts';

/** A task as SWE-bench shapes it. Lists may be given as JSON text, as the published data sets do. */
const textList = z.preprocess(
  (value) => (typeof value === 'string' ? JSON.parse(value) : value),
  z.array(z.string()),
);

const instanceSchema = z.object({
  instance_id: z.string().regex(/^[\w.-]+$/),
  repo: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  base_commit: z.string().regex(/^[0-9a-f]{40,64}$/),
  fix_commit: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .optional(),
  problem_statement: z.string(),
  source_files: textList.default([]),
  test_files: textList.default([]),
  FAIL_TO_PASS: textList.default([]),
  PASS_TO_PASS: textList.default([]),
});
export type Instance = z.infer<typeof instanceSchema>;

/** Reads instances, one JSON object a line. Rejects with `bad_config` and the line's number. */
export async function readInstances(path: string): Promise<Instance[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [instanceSchema.parse(JSON.parse(line))];
    } catch (error) {
      const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
      throw new OperationalError('bad_config', `${path}, line ${index + 1}, is not an instance: ${why}`);
    }
  });
}
