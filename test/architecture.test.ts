import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const stages = [
  'trigger',
  'workspace',
  'environment',
  'sandbox',
  'agent',
  'model',
  'verify',
  'publish',
  'report',
];
/** Adapters: what they implement is owned by those who use it, so they know as little as a stage does. */
const adapters = ['store', 'github', 'health', 'telemetry'];

interface Source {
  path: string;
  text: string;
  /** Modules of ours, relative to the root; others by name. */
  imports: string[];
}

let sources: Source[];
beforeAll(async () => {
  const entries = await readdir(join(root, 'src'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  sources = await Promise.all(
    files.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const text = await readFile(path, 'utf8');
      const imports = [...text.matchAll(/(?:from|import)\s+'([^']+)'/g)].map((match) => match[1] as string);
      const ours = imports.map((name) =>
        name.startsWith('.') ? relative(root, join(dirname(path), name)) : name,
      );
      return { path: relative(root, path), text, imports: ours };
    }),
  );
});

const folderOf = (path: string) => (path.startsWith('src/') ? path.split('/')[1] : undefined);
const inFolder = (folder: string) => sources.filter((source) => folderOf(source.path) === folder);

describe('the layers', () => {
  it('core imports nothing but itself', () => {
    const foreign = inFolder('core').flatMap(({ path, imports }) =>
      imports.filter((name) => folderOf(name) !== 'core').map((name) => `${path}: ${name}`),
    );
    expect(foreign).toEqual([]);
  });

  it('text imports nothing but itself, core, Node and parsers of Markdown and HTML', () => {
    const parsers = /^(unified|remark-\w+|micromark(-extension-gfm)?|hast-util-from-html|hast|mdast)$/;
    const allowed = (name: string) =>
      ['core', 'text'].includes(folderOf(name) ?? '') || name.startsWith('node:') || parsers.test(name);
    expect(inFolder('text').flatMap(({ imports }) => imports.filter((name) => !allowed(name)))).toEqual([]);
  });

  it('a stage or an adapter imports core, text and itself, and no other part of ours', () => {
    const wrong = [...stages, ...adapters].flatMap((stage) =>
      inFolder(stage).flatMap(({ path, imports }) =>
        imports
          .filter(
            (name) => name.startsWith('src/') && !['core', 'text', stage].includes(folderOf(name) ?? ''),
          )
          .map((name) => `${path}: ${name}`),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('there are no cycles', () => {
    const graph = new Map(
      sources.map(({ path, imports }) => [path, imports.filter((name) => name.startsWith('src/'))]),
    );
    const done = new Set<string>();
    const visit = (path: string, trail: readonly string[]): string | null => {
      if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path].join(' -> ');
      if (done.has(path)) return null;
      for (const next of graph.get(path) ?? []) {
        const cycle = visit(next, [...trail, path]);
        if (cycle !== null) return cycle;
      }
      done.add(path);
      return null;
    };
    expect(sources.map(({ path }) => visit(path, [])).filter((cycle) => cycle !== null)).toEqual([]);
  });
});

describe('the host', () => {
  it('reads its environment in config.ts alone', () => {
    const readers = sources.filter(({ text }) => /process\.env\b/.test(text)).map(({ path }) => path);
    expect(readers).toEqual(['src/config.ts']);
  });

  it('runs no shell', () => {
    const shell =
      /import \{[^}]*\bexec(Sync|File)?\b[^}]*\} from 'node:child_process'|shell:\s*true|execaCommand|import \{[^}]*\$[^}]*\} from 'execa'/;
    expect(sources.filter(({ text }) => shell.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('applies no patch and archives no tree with git', () => {
    const calls = sources.filter(({ text }) => /\['(apply|am|archive|checkout|stash)'/.test(text));
    expect(calls.map(({ path }) => path)).toEqual([]);
  });
});
