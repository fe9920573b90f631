import { posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { compileFunction } from 'node:vm';
import type { Changes, FileChange } from '../../src/core/changes.ts';
import type { Package } from '../../src/core/packages.ts';
import type { TestResult, TestRun, TestSelection } from '../../src/core/tests.ts';
import type { ProofPorts } from '../../src/verify/proof-ports.ts';

/** Texts by path; in a change, null deletes. */
export type Files = Readonly<Record<string, string>>;
export type FileEdits = Readonly<Record<string, string | null>>;

export interface BenchOptions {
  /** What `luck()` returns in tests, call after call, the baseline's first; true from then on. */
  luck?: boolean[];
  /** Whether a file that cannot be loaded fails alone, as in jest, or ends the whole run, as in mocha. */
  loadFailure?: 'file' | 'run';
  /** Whether tests beside one that is singled out are skipped, as in jest, or not mentioned, as in mocha. */
  besideOnly?: 'skipped' | 'unmentioned';
  /** How many files a run of all reaches before its time is up. */
  reach?: number;
  /** Files that a run of all leaves out, as one does that names its files one by one. */
  unlisted?: string[];
  /** Tests that the baseline found to be flaky. */
  flaky?: string[];
  /** Whether results tell their file, as in jest, or nothing but titles, as in tape; or the file from where it lies. */
  namesFiles?: boolean | 'from its directory';
  packages?: Package[];
}

export interface Bench extends ProofPorts {
  /** The runs so far, but for the baseline: `changed paths | files that ran`. */
  runs: string[];
}

/**
 * Runs the tests of a repository that exists as texts only. Its files are CommonJS; tests are in `*.test.js`, call
 * `test`, `describe` and `expect`, and are really executed, so that each run's results follow from its tree.
 * `hang()` in a test stops the run; `build.js` at the root runs first, and when it throws there are no results; when
 * `part.js` throws, one of several runners of the repository has none.
 */
export function createBench(base: Files, options: BenchOptions = {}): Bench {
  const luck = [...(options.luck ?? [])];
  const run = (files: Files, selection: TestSelection) =>
    runFiles(files, selection, options, () => luck.shift() ?? true);
  const baseline = { ...run(base, 'all'), flaky: options.flaky ?? [] };
  const runs: string[] = [];
  return {
    runs,
    baseline: Promise.resolve(baseline),
    async runTests(changes, selection) {
      const changed = [...changes.keys()].join(' ') || 'base';
      runs.push(`${changed} | ${selection === 'all' ? 'all' : selection.files.join(' ')}`);
      return run(applyChanges(base, changes), selection);
    },
    async readBase(paths) {
      return new Map(paths.flatMap((path) => (path in base ? [[path, base[path] as string]] : [])));
    },
    packages: async () => options.packages ?? [],
    basePaths: async () => Object.keys(base),
    say() {},
  };
}

export function toChanges(edits: FileEdits): Changes {
  return new Map(
    Object.entries(edits).map(([path, text]): [string, FileChange] => [
      path,
      text === null ? { kind: 'deleted' } : { kind: 'file', executable: false, bytes: Buffer.from(text) },
    ]),
  );
}

function applyChanges(base: Files, changes: Changes): Files {
  const files: Record<string, string> = { ...base };
  for (const [path, change] of changes) {
    if (change.kind === 'file') files[path] = change.bytes.toString('utf8');
    else delete files[path];
  }
  return files;
}

class Hang extends Error {}

interface Found {
  titles: string[];
  mode: 'run' | 'skip' | 'only';
  body: () => void;
}

function runFiles(
  files: Files,
  selection: TestSelection,
  options: BenchOptions,
  luck: () => boolean,
): TestRun {
  const tests = new Map<string, TestResult>();
  const end = (problem: string | null, cutShort = false): TestRun => ({
    tests,
    seconds: 0,
    problem,
    cutShort,
    output: problem ?? '',
  });
  const globals = { luck, read: (path: string) => files[path], hang, expect };
  try {
    if ('build.js' in files) createLoader(files, globals)('build.js');
  } catch {
    return end('the build step `node build.js` ended with exit code 1');
  }
  const chosen = Object.keys(files)
    .filter((path) => /\.test\.[jt]s$/.test(path))
    .filter((path) =>
      selection === 'all' ? !options.unlisted?.includes(path) : selection.files.includes(path),
    )
    .sort();
  const loaded = chosen.map((path) => ({ path, ...loadTests(files, path, globals) }));
  if (options.loadFailure === 'run' && loaded.some(({ error }) => error !== null))
    return end('the test runner ended with exit code 1 and left no report');
  const isFocused = loaded.some(({ found }) => found.some(({ mode }) => mode === 'only'));
  const reach = selection === 'all' ? (options.reach ?? loaded.length) : loaded.length;
  for (const { path, found, error } of loaded.slice(0, reach)) {
    const hasFocus =
      options.besideOnly === 'unmentioned' ? isFocused : found.some(({ mode }) => mode === 'only');
    const name = options.namesFiles === 'from its directory' ? posix.basename(path) : path;
    const file = options.namesFiles === false ? null : name;
    const add = (titles: readonly string[], status: TestResult['status'], message?: string) => {
      const id = [...(file === null ? [] : [file]), ...titles].join(' > ');
      tests.set(id, { id, status, file, ...(message === undefined ? {} : { message }) });
    };
    if (error !== null) add(['(file)'], 'failed', error);
    for (const { titles, mode, body } of found) {
      if (hasFocus && mode !== 'only') {
        if (options.besideOnly !== 'unmentioned') add(titles, 'skipped');
      } else if (mode === 'skip') add(titles, 'skipped');
      else {
        try {
          body();
          add(titles, 'passed');
        } catch (error) {
          if (error instanceof Hang) return end('the test runner was stopped after 900 s', true);
          add(titles, 'failed', String(error));
        }
      }
    }
  }
  if (reach < loaded.length) return end('the test runner was stopped after 900 s', true);
  if ('part.js' in files && loadTests(files, 'part.js', globals).error !== null)
    return end('the other runner ran no test and ended with exit code 1');
  return end(tests.size === 0 && selection === 'all' ? 'the test runner ran no test' : null);
}

function hang(): never {
  throw new Hang();
}

function loadTests(files: Files, path: string, globals: object): { found: Found[]; error: string | null } {
  const found: Found[] = [];
  const around: { title: string; mode: Found['mode'] }[] = [];
  const inherited = (mode: Found['mode']) => around.find((suite) => suite.mode !== 'run')?.mode ?? mode;
  const define = (mode: Found['mode']) => (title: string, body: () => void) => {
    found.push({ titles: [...around.map((suite) => suite.title), title], mode: inherited(mode), body });
  };
  const group = (mode: Found['mode']) => (title: string, body: () => void) => {
    around.push({ title, mode });
    body();
    around.pop();
  };
  const test = Object.assign(define('run'), {
    skip: define('skip'),
    only: define('only'),
    todo: define('skip'),
  });
  const describe = Object.assign(group('run'), { skip: group('skip'), only: group('only') });
  try {
    createLoader(files, { ...globals, test, describe })(path);
    return { found, error: null };
  } catch (error) {
    return { found: [], error: String(error) };
  }
}

/** A `require` over texts; each loader has modules of its own. */
function createLoader(files: Files, globals: object): (path: string) => unknown {
  const modules = new Map<string, { exports: unknown }>();
  const load = (path: string): unknown => {
    const known = modules.get(path);
    if (known !== undefined) return known.exports;
    const text = files[path];
    if (text === undefined) throw new Error(`Cannot find module '${path}'`);
    const module = { exports: path.endsWith('.json') ? JSON.parse(text) : {} };
    modules.set(path, module);
    if (path.endsWith('.json')) return module.exports;
    const require = (target: string) => load(posix.join(posix.dirname(path), target));
    const names = ['require', 'module', 'exports', ...Object.keys(globals)];
    compileFunction(text, names, { filename: path })(
      require,
      module,
      module.exports,
      ...Object.values(globals),
    );
    return module.exports;
  };
  return load;
}

function expect(value: unknown) {
  const check = (isMet: boolean, what: string) => {
    if (!isMet) throw new Error(`expected ${JSON.stringify(value)} ${what}`);
  };
  return {
    toBe: (other: unknown) => check(Object.is(value, other), `to be ${JSON.stringify(other)}`),
    toEqual: (other: unknown) => check(isDeepStrictEqual(value, other), `to equal ${JSON.stringify(other)}`),
    toBeTruthy: () => check(Boolean(value), 'to be truthy'),
  };
}
