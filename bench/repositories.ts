import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OperationalError } from '../src/core/errors.ts';

/** The git directory of a repository, given as `owner+name`, among those that the operator has. */
export function findRepository(directory: string, name: string): string {
  const candidates = [join(directory, name, 'repo'), join(directory, name.replace('+', '__'))];
  for (const path of candidates) {
    if (existsSync(join(path, '.git'))) return join(path, '.git');
    if (existsSync(path)) return path;
  }
  throw new OperationalError(
    'not_a_repository',
    `There is no repository ${name.replace('+', '/')} in ${directory}: clone it to ${candidates.join(' or ')}.`,
  );
}
