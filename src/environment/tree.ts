/** A part of a file of settings: what people write there is looked up, never taken for granted. */
export type Tree = unknown;

/** What stands under these keys, or undefined. */
export function valueAt(tree: Tree, ...keys: string[]): Tree {
  const [key, ...rest] = keys;
  if (key === undefined) return tree;
  return isTable(tree) && Object.hasOwn(tree, key) ? valueAt(tree[key], ...rest) : undefined;
}

export function tableAt(tree: Tree, ...keys: string[]): Record<string, unknown> {
  const value = valueAt(tree, ...keys);
  return isTable(value) ? value : {};
}

export function textAt(tree: Tree, ...keys: string[]): string | undefined {
  const value = valueAt(tree, ...keys);
  return typeof value === 'string' ? value : undefined;
}

/** The texts of a list; one text stands for a list of one. */
export function textsAt(tree: Tree, ...keys: string[]): string[] {
  const value = valueAt(tree, ...keys);
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
