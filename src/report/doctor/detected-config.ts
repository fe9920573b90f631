import { stringify } from 'yaml';
import type { EnvironmentFacts } from '../../core/diagnosis.ts';

/** A `.github/ai-fix.yml` that says what was detected, for people to change. */
export function printDetectedConfig(
  { setup, install, build, tests }: EnvironmentFacts,
  env: Readonly<Record<string, string>>,
): string {
  const fields = { setup, install, build, test: tests, env };
  const given = Object.entries(fields).filter(([, value]) => Object.keys(value).length > 0);
  const shortened = given.map(([key, value]) => [
    key,
    Array.isArray(value) && value.length === 1 ? value[0] : value,
  ]);
  return stringify(Object.fromEntries(shortened), { lineWidth: 0 });
}
