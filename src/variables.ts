import { z } from 'zod';
import { OperationalError } from './core/errors.ts';

/** Environment variables by their names. */
export type Variables = Readonly<Record<string, string | undefined>>;

export const text = z.string().trim().min(1);
export const wholeNumber = z.coerce.number({ error: 'must be a whole number' }).int().positive();
export const number = z.coerce.number({ error: 'must be a number' }).positive();
export const port = z.coerce.number({ error: 'must be a port number' }).int().min(0).max(65_535);
export const address = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });

/** Reads variables by a schema; an empty one counts as absent. `problems` has a line for each that cannot be used. */
export function parseVariables<Schema extends z.ZodType>(
  variables: Schema,
  environment: Variables,
): { data: z.output<Schema> | null; problems: string[] } {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = variables.safeParse(given);
  if (parsed.success) return { data: parsed.data, problems: [] };
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  return { data: null, problems };
}

/** All that is wrong with the environment, at once. */
export function badVariables(problems: readonly string[]): OperationalError {
  return new OperationalError(
    'bad_config',
    `These environment variables cannot be used:\n${problems.join('\n')}`,
  );
}
