import { posix } from 'node:path';

/** The relative modules that a JavaScript or TypeScript source loads, as it names them. */
export function* relativeImports(source: string): Generator<string> {
  const expression = /(?:from\s*|import\s*|import\(\s*|require\(\s*)['"](\.{1,2}(?:\/[^'"]*)?)['"]/g;
  for (const match of source.matchAll(expression)) yield match[1] as string;
}

const extensions = ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts', 'tsx', 'jsx', 'json', 'd.ts', 'vue', 'node'];

/** The paths that an import can mean, as Node, TypeScript and bundlers resolve it; relative to the root. */
export function importCandidates(importer: string, target: string): string[] {
  const path = posix.join(posix.dirname(importer), target.replace(/[?#].*$/, '')).replace(/\/$/, '');
  const stem = path.replace(/\.[cm]?jsx?$/, '');
  return [
    path,
    ...extensions.map((extension) => `${path}.${extension}`),
    ...extensions.map((extension) => `${stem}.${extension}`),
    ...extensions.map((extension) => posix.join(path, `index.${extension}`)), // the root itself is '.'
    posix.join(path, 'package.json'),
  ];
}
