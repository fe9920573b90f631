import { posix } from 'node:path';
import { parse as parseJsonWithComments } from 'jsonc-parser';
import type { RepositoryFiles } from '../repository-files.ts';
import { textsAt, valueAt } from '../tree.ts';

const maximumParents = 8;

/** Leaves out calls of `tsc` whose configuration emits nothing: they check types and build nothing. */
export async function withoutTypeChecks(build: readonly string[], files: RepositoryFiles): Promise<string[]> {
  const kept: string[] = [];
  for (const command of build) {
    const call = /^(?:cd (\S+) && )?(?:\w+=\S* )*tsc\b/.exec(command);
    const project = /(?:-p|--project)[ =](\S+)/.exec(command)?.[1] ?? 'tsconfig.json';
    const config = project.endsWith('.json') ? project : `${project}/tsconfig.json`;
    if (call === null || !(await emitsNothing(files, posix.join(call[1] ?? '', config)))) kept.push(command);
  }
  return kept;
}

async function emitsNothing(files: RepositoryFiles, path: string, depth = 0): Promise<boolean> {
  const text = depth > maximumParents ? null : await files.read(path);
  if (text === null) return false;
  const config: unknown = parseJsonWithComments(text, [], { allowTrailingComma: true });
  const own = valueAt(config, 'compilerOptions', 'noEmit');
  if (own !== undefined) return own === true;
  const parents = textsAt(config, 'extends').filter((parent) => parent.startsWith('.')); // others are packages
  for (const parent of parents) {
    const target = posix.join(posix.dirname(path), parent);
    if (await emitsNothing(files, target.endsWith('.json') ? target : `${target}.json`, depth + 1))
      return true;
  }
  return false;
}
