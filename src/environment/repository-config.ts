import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { efforts, mostAttempts } from '../core/attempts.ts';
import { messageOf, OperationalError } from '../core/errors.ts';
import type { RepositoryFiles } from './repository-files.ts';

export const configPath = '.github/ai-fix.yml';

const commandsForm = 'must be a command, or a list of commands';
const commands = z
  .union([z.string().min(1), z.array(z.string().min(1))], commandsForm)
  .transform((value) => (typeof value === 'string' ? [value] : value));

const variableName = z.string().regex(/^[A-Za-z_]\w*$/, 'is no name of a variable');

const insidePath = z
  .string()
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).*$/, 'must be a path inside the repository');

const wholeAttempts = `must be a whole number from 1 to ${mostAttempts}`;

const fields = {
  image: z
    .string()
    .regex(/^[\w.:/@-]+$/, 'is no name of an image')
    .optional(),
  dockerfile: insidePath.optional(),
  setup: commands.optional(),
  install: commands.optional(),
  build: commands.optional(),
  test: commands.optional(),
  working_directory: insidePath.optional(),
  env: z.record(variableName, z.union([z.string(), z.number(), z.boolean()]).transform(String)).optional(),
  protected_paths: z.array(z.string()).optional(),
  base_branch: z.string().min(1).optional(),
  model: z.string().min(1).optional(),
  budget_usd: z.number().positive().optional(),
  attempts: z.int(wholeAttempts).min(1, wholeAttempts).max(mostAttempts, wholeAttempts).optional(),
  escalation_model: z.string().min(1).optional(),
  escalation_effort: z.enum(efforts, `must be one of ${efforts.join(', ')}`).optional(),
  allow_without_tests: z.boolean().optional(),
};

const keys = Object.keys(fields);

export const repositorySchema = z.strictObject(fields, {
  error: ({ code, keys: unknown }) =>
    code === 'unrecognized_keys'
      ? `there is no key ${unknown.map((key) => `\`${key}\``).join(', ')}; the keys are ${keys.join(', ')}`
      : undefined,
});
export type RepositoryConfig = z.infer<typeof repositorySchema>;

const fieldNames = Object.keys(fields) as (keyof RepositoryConfig)[];

const organisationSchema = repositorySchema.extend({
  locked: z.array(z.enum(fieldNames)).default([]),
});

/** What an organisation's `.github` repository says for all of its repositories. */
export type OrganisationConfig = z.infer<typeof organisationSchema>;

/** Reads `.github/ai-fix.yml` of the base commit. Without one everything is detected. Rejects with `bad_config`. */
export async function readRepositoryConfig(files: RepositoryFiles): Promise<RepositoryConfig> {
  return parseRepositoryConfig(await files.read(configPath));
}

/** Parses a repository's configuration; null is none. Throws `bad_config` with every mistake. */
export function parseRepositoryConfig(text: string | null): RepositoryConfig {
  return parse(repositorySchema, text, configPath);
}

/** Parses an organisation's configuration; null is none. Throws `bad_config` with every mistake. */
export function parseOrganisationConfig(text: string | null): OrganisationConfig {
  return parse(organisationSchema, text, `${configPath} of the organisation's .github repository`);
}

/**
 * What holds for a repository: its own words before the organisation's, but for fields that the organisation locks.
 * Protected paths and variables add up.
 */
export function mergeConfigs(
  organisation: OrganisationConfig,
  repository: RepositoryConfig,
): RepositoryConfig {
  const { locked, ...defaults } = organisation;
  const own = Object.fromEntries(
    Object.entries(repository).filter(([field]) => !locked.includes(field as keyof RepositoryConfig)),
  ) as RepositoryConfig;
  const merged: RepositoryConfig = { ...defaults, ...own };
  const paths = [...(defaults.protected_paths ?? []), ...(own.protected_paths ?? [])];
  if (paths.length > 0) merged.protected_paths = [...new Set(paths)];
  if (defaults.env !== undefined || own.env !== undefined) merged.env = { ...defaults.env, ...own.env };
  return merged;
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  text: string | null,
  name: string,
): z.output<Schema> {
  const parsed = schema.safeParse(text === null ? {} : readYaml(text, name));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`,
  );
  throw new OperationalError('bad_config', `${name} has mistakes:\n${problems.join('\n')}`);
}

function readYaml(text: string, name: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: 100 }) ?? {};
  } catch (error) {
    throw new OperationalError('bad_config', `${name} is not valid YAML: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
