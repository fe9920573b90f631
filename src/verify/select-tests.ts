import { posix } from 'node:path';
import type { TestRun, TestSelection } from '../core/tests.ts';
import { importCandidates, relativeImports } from '../text/imports.ts';

const code = /\.([cm]?[jt]sx?|py|java|kt)$/;
const jvm = /([^/]+)\.(java|kt)$/;

/**
 * The test files to run to see what changed test-side files do: they themselves and every test file that imports
 * one of them, however indirectly; a class of Java is taken to be used where its name stands. All tests when a changed
 * file is data, or nobody is seen to load it. Go, Rust and C build a package or a program as a whole: there one file
 * stands for all that are built with it.
 * `sources` are the texts of all test-side code by path, changed ones included.
 */
export function selectTests(
  changed: readonly string[],
  sources: ReadonlyMap<string, string>,
  known: readonly TestRun[],
): TestSelection {
  const runnable = new Set(
    known.flatMap((run) => [...run.tests.values()].flatMap((test) => test.file ?? [])),
  );
  const importers = importersOf(sources);
  const files = new Set<string>();
  for (const path of changed.map(ownerOfSnapshot)) {
    const loaded = code.test(path) ? [...reach(path, importers)].filter((file) => runnable.has(file)) : [];
    const reached = builtWith(path, runnable) ?? loaded;
    if (reached.length === 0) return 'all';
    for (const file of reached) files.add(file);
  }
  return { files: [...files].sort() };
}

/** Test files of what a file of Go, Rust or C is built into, or data for tests of Go; null for another's. */
function builtWith(path: string, runnable: ReadonlySet<string>): string[] | null {
  if (/_test\.go$|(^|\/)tests\/[^/]+\.rs$/.test(path)) return [path];
  if (/\.(rs|c|cc|cpp|cxx)$/.test(path) && runnable.has(path)) return [path];
  const [, program] = /^((?:.+\/)?tests\/[^/]+\/).+\.rs$/.exec(path) ?? [];
  if (program !== undefined) return runnable.has(`${program}main.rs`) ? [path] : [];
  const [, goPackage] = /^((?:.+\/)?)testdata\//.exec(path) ?? [];
  if (goPackage === undefined) return null;
  return [...runnable].filter(
    (file) => file.endsWith('_test.go') && `${posix.dirname(file)}/` === (goPackage || './'),
  );
}

/** The test file that a snapshot of jest, vitest or ava belongs to, or what ava writes beside it for people. */
function ownerOfSnapshot(path: string): string {
  return path.replace(/(?<=^|\/)(?:__snapshots__|snapshots)\/([^/]+\.[cm]?[jt]sx?)\.(?:snap|md)$/, '$1');
}

/** Who imports a path, for every path that somebody imports. */
function importersOf(sources: ReadonlyMap<string, string>): Map<string, string[]> {
  const importers = new Map<string, string[]>();
  const classes = Map.groupBy(
    [...sources.keys()].filter((path) => jvm.test(path)),
    (path) => jvm.exec(path)?.[1] ?? '',
  );
  for (const [path, source] of sources) {
    const targets = jvm.test(path) ? classesIn(source, classes) : modulesIn(path, source, sources);
    for (const target of targets) importers.set(target, [...(importers.get(target) ?? []), path]);
  }
  return importers;
}

function modulesIn(path: string, source: string, sources: ReadonlyMap<string, string>): string[] {
  return [...relativeImports(source)]
    .flatMap((target) => importCandidates(path, target))
    .filter((candidate) => sources.has(candidate));
}

function classesIn(source: string, classes: ReadonlyMap<string, readonly string[]>): string[] {
  return [...new Set(source.match(/\b[A-Z]\w*/g))].flatMap((name) => classes.get(name) ?? []);
}

function reach(start: string, importers: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set([start]);
  for (const path of reached) for (const importer of importers.get(path) ?? []) reached.add(importer);
  return reached;
}
