import { parse as parseToml } from 'smol-toml';
import { OperationalError } from '../../core/errors.ts';
import type { RepositoryFiles } from '../repository-files.ts';

/** A part of a TOML file: what people write there is looked up, never taken for granted. */
export type Toml = unknown;

/** Reads pyproject.toml; an empty table when there is none. Rejects with `no_environment` for one that is broken. */
export async function readPyproject(files: RepositoryFiles): Promise<Toml> {
  const text = await files.read('pyproject.toml');
  try {
    return parseToml(text ?? '');
  } catch (error) {
    throw new OperationalError(
      'no_environment',
      'pyproject.toml cannot be read, so the dependencies cannot be installed: correct it, or give `install` and `test` in .github/ai-fix.yml.',
      { cause: error },
    );
  }
}

/** What stands under these keys, or undefined. */
export function valueAt(tree: Toml, ...keys: string[]): Toml {
  const [key, ...rest] = keys;
  if (key === undefined) return tree;
  return isTable(tree) && Object.hasOwn(tree, key) ? valueAt(tree[key], ...rest) : undefined;
}

export function tableAt(tree: Toml, ...keys: string[]): Record<string, unknown> {
  const value = valueAt(tree, ...keys);
  return isTable(value) ? value : {};
}

export function textAt(tree: Toml, ...keys: string[]): string | undefined {
  const value = valueAt(tree, ...keys);
  return typeof value === 'string' ? value : undefined;
}

/** The texts of a list; one text stands for a list of one. */
export function textsAt(tree: Toml, ...keys: string[]): string[] {
  const value = valueAt(tree, ...keys);
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
