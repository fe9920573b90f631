import { parse } from 'yaml';

/** Parses YAML of a repository; null for what has mistakes: it says nothing, and whoever uses it tells what is wrong. */
export function yamlOrNull(text: string): unknown {
  return orNull(() => parse(text, { maxAliasCount: 100 }));
}

/** The same for JSON. */
export function jsonOrNull(text: string): unknown {
  return orNull(() => JSON.parse(text));
}

function orNull(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return null;
  }
}
