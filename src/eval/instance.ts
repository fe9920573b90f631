import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf, OperationalError } from '../core/errors.ts';

/** Lists may be given as JSON text, or be missing, as in the published data sets. */
const textList = z.preprocess(
  (value) => (typeof value === 'string' ? JSON.parse(value) : (value ?? [])),
  z.array(z.string()),
);
const commit = z.string().regex(/^[0-9a-f]{40,64}$/, 'must be a whole commit id');
const optionalText = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

/**
 * A task as SWE-bench shapes it, with its known fix as patches (`patch`, `test_patch`) or as a commit (`fix_commit`,
 * with the files of each half). Other fields, such as hints or commands for another harness, are not looked at.
 */
const instanceSchema = z.object({
  instance_id: z.string().regex(/^\w[\w.-]*$/, 'must be made of letters, digits, "_", "-" and "."'),
  repo: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'must be owner/name'),
  base_commit: commit,
  problem_statement: z.string().trim().min(1),
  fix_commit: commit.nullish(),
  source_files: textList,
  test_files: textList,
  patch: optionalText,
  test_patch: optionalText,
  FAIL_TO_PASS: textList,
  PASS_TO_PASS: textList,
});
export type Instance = z.infer<typeof instanceSchema>;

/** Reads instances, one JSON object a line. Rejects with `bad_config` and the line's number. */
export async function readInstances(path: string): Promise<Instance[]> {
  const lines = (await readText(path)).split('\n');
  const instances = lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [instanceSchema.parse(JSON.parse(line))];
    } catch (error) {
      const why = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
      throw new OperationalError('bad_config', `${path}, line ${index + 1}, is not an instance: ${why}`);
    }
  });
  const ids = instances.map(({ instance_id: id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice === undefined && instances.length > 0) return instances;
  throw new OperationalError(
    'bad_config',
    twice === undefined ? `${path} holds no instance.` : `${path} has the instance ${twice} twice.`,
  );
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new OperationalError('bad_config', `The instances cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Those whose id holds one of the names. Rejects with `bad_config` for a name that fits none. */
export function selectInstances(
  instances: readonly Instance[],
  names: readonly string[] | null,
): readonly Instance[] {
  if (names === null) return instances;
  const fits = (name: string) => (instance: Instance) => instance.instance_id.includes(name);
  const unknown = names.filter((name) => !instances.some(fits(name)));
  if (unknown.length === 0) return instances.filter((instance) => names.some((name) => fits(name)(instance)));
  throw new OperationalError('bad_config', `No instance has ${unknown.join(', ')} in its id.`);
}
