import type { Mentions } from './mentions.ts';

const moduleShare = 0.8;
const traceShare = 0.5;
const deepest = 20;

/** Paths and modules that an issue names; what several files may be meant by counts less for each. */
export function mentionScores(paths: readonly string[], { paths: named, dotted }: Mentions): number[] {
  const scores = new Map<string, number>();
  const add = (candidates: readonly string[], weight: number) => {
    for (const path of candidates) {
      scores.set(path, Math.max(scores.get(path) ?? 0, weight / candidates.length));
    }
  };
  for (const [at, { path, inTrace }] of named.entries()) {
    const depth = 1 + at / named.length; // what a trace comes to last is mostly where it happened
    add(endingWith(paths, path), inTrace ? traceShare * depth : 1);
  }
  const bare = paths.map((path) => ({ path, stem: `/${moduleName(path)}` }));
  for (const name of dotted) add(moduleOf(bare, name), moduleShare);
  return paths.map((path) => scores.get(path) ?? 0);
}

/** The files with the longest end of this path: what is before it belongs to where the writer had them. */
function endingWith(paths: readonly string[], path: string): string[] {
  const steps = path.split('/').slice(-deepest);
  for (let from = 0; from < steps.length; from++) {
    const isName = from === steps.length - 1;
    if (isName && steps.length > 1) return []; // a name alone that was given with another directory
    const end = steps.slice(from).join('/');
    const found = paths.filter((candidate) => candidate === end || candidate.endsWith(`/${end}`));
    if (found.length > 0) return found;
  }
  return [];
}

function moduleName(path: string): string {
  return path.replace(/\.\w+$/, '').replace(/\/(__init__|index|mod|lib)$/, '');
}

/** The module that a dotted name begins with: `a.b.c` may be `a/b/c.py`, or `c` in `a/b.py` or `a/b/__init__.py`. */
function moduleOf(modules: readonly { path: string; stem: string }[], name: string): string[] {
  const steps = name.split('.').slice(0, deepest);
  for (let count = steps.length; count >= 2; count--) {
    const end = `/${steps.slice(0, count).join('/')}`;
    const found = modules.filter(({ stem }) => stem.endsWith(end)).map(({ path }) => path);
    if (found.length > 0) return found;
  }
  return [];
}
