import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OperationalError } from '../core/errors.ts';

/** The git directory of `owner/name`, or `owner+name`, among those that the operator has. Throws `not_a_repository`. */
export function findRepository(directory: string, repository: string): string {
  const candidates = [
    join(directory, repository.replace('/', '+'), 'repo'),
    join(directory, repository.replace(/[/+]/, '__')),
  ];
  for (const path of candidates) {
    if (existsSync(join(path, '.git'))) return join(path, '.git');
    if (existsSync(path)) return path;
  }
  throw new OperationalError(
    'not_a_repository',
    `There is no repository ${repository} in ${directory}: clone it to ${candidates.join(' or ')}.`,
  );
}
