import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { OperationalError } from '../core/errors.ts';
import type { RepositoryFiles } from './repository-files.ts';

export const configPath = '.github/ai-fix.yml';

const commands = z
  .union([z.string().min(1), z.array(z.string().min(1))])
  .transform((value) => (typeof value === 'string' ? [value] : value));

const variableName = z.string().regex(/^[A-Za-z_]\w*$/, 'is no name of a variable');

const schema = z.strictObject({
  install: commands.optional(),
  build: commands.optional(),
  test: commands.optional(),
  working_directory: z
    .string()
    .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).*$/, 'must be a path inside the repository')
    .optional(),
  env: z.record(variableName, z.union([z.string(), z.number(), z.boolean()]).transform(String)).optional(),
  protected_paths: z.array(z.string()).optional(),
});

export type RepositoryConfig = z.infer<typeof schema>;

/** Reads `.github/ai-fix.yml` of the base commit. Without one everything is detected. Rejects with `bad_config`. */
export async function readRepositoryConfig(files: RepositoryFiles): Promise<RepositoryConfig> {
  const text = await files.read(configPath);
  if (text === null) return {};
  let value: unknown;
  try {
    value = parseYaml(text) ?? {};
  } catch (error) {
    throw new OperationalError('bad_config', `${configPath} is not valid YAML: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`,
  );
  throw new OperationalError('bad_config', `${configPath} has mistakes:\n${problems.join('\n')}`);
}
