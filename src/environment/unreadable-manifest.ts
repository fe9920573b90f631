import { OperationalError } from '../core/errors.ts';

/** `no_environment`, for a file that the installation begins with and nobody can read. */
export function unreadableManifest(
  path: string,
  format: 'JSON' | 'TOML' | 'XML' | 'YAML',
  cause: unknown,
): OperationalError {
  return new OperationalError(
    'no_environment',
    `${path} cannot be read as ${format}, so the dependencies cannot be installed: correct it, or give \`install\` and \`test\` in .github/ai-fix.yml.`,
    { cause },
  );
}
