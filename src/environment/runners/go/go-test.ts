import { z } from 'zod';
import type { TestResult } from '../../../core/tests.ts';
import { quoteWord } from '../../../text/quote-word.ts';
import { splitWords } from '../../../text/split-words.ts';
import { jsonLines, shorten, type TestRunner } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';
import { readTestFiles, type TestFiles, testFilesScript } from './go-test-files.ts';

const rules = {
  withValue: splitWords(`
    run skip timeout tags p parallel cpu count exec ldflags gcflags mod asmflags modfile overlay pkgdir vet
    bench benchtime blockprofile coverprofile coverpkg covermode cpuprofile fuzz fuzztime list memprofile
    mutexprofile o outputdir shuffle trace C
  `),
  drop: splitWords(`
    json v count cover coverprofile coverpkg covermode bench benchtime benchmem failfast cpuprofile memprofile
    blockprofile mutexprofile trace fuzz fuzztime list o outputdir shuffle x
  `),
};

/** A package whose tests wait for what is not there is given up before it takes the whole suite's time. */
const timeout = '-timeout=5m';

const eventSchema = z.object({
  Action: z.string(),
  Package: z.string().optional(),
  Test: z.string().optional(),
  Output: z.string().optional(),
  ImportPath: z.string().optional(),
  FailedBuild: z.string().optional(),
});
type Event = z.infer<typeof eventSchema>;

export const goTest: TestRunner = {
  name: 'go-test',
  programs: ['go test'],
  split: (words) => splitArguments(words.map(withTwoDashes), rules),
  script({ options, targets }, files) {
    const packages = targets.length === 0 ? ['./...'] : targets;
    const limit = options.some((option) => /^--?timeout\b/.test(option)) ? [] : [timeout];
    const call = ['go test -json -count=1', ...limit, ...options];
    return [
      testFilesScript,
      files === null ? `set -- ${packages.join(' ')}` : selection(files),
      `${call.join(' ')} "$@" >> "$AI_FIX_REPORT" 2>&1; code=$?`,
      `grep -v '^[{@]' "$AI_FIX_REPORT" | tail -n 200`,
      'exit $code',
    ].join('\n');
  },
  parse(report) {
    const files = readTestFiles(report);
    const builds = readBuildOutput(report);
    const packages = Map.groupBy(events(report), (event) => event.Package ?? '');
    const failedBuilds = [...report.matchAll(/^FAIL\s+(\S+) \[(?:build|setup) failed\]$/gm)];
    return [
      ...[...packages].flatMap(([name, found]) => (name === '' ? [] : resultsOf(name, found, files, builds))),
      ...failedBuilds.flatMap(([, name = '']) =>
        packages.has(name) ? [] : brokenPackage(name, files, builds.get(name) ?? ''),
      ),
    ];
  },
};

/** Go takes `-run` and `--run` alike; only the latter is read as one option by what reads the arguments. */
function withTwoDashes({ plain, shell }: { plain: string; shell: string }) {
  return /^-\w/.test(plain) && shell.startsWith('-')
    ? { plain: `-${plain}`, shell: `-${shell}` }
    : { plain, shell };
}

/** The packages of these files, but for those that are gone and those of a module inside this one. */
function selection(files: readonly string[]): string {
  const directories = new Set(files.map((file) => `./${file.replace(/\/?[^/]*$/, '')}`));
  return `set --
for directory in ${[...directories].map(quoteWord).join(' ')}; do
  ls "$directory"/*.go > /dev/null 2>&1 || continue
  up=$directory
  while [ "$up" != . ] && [ "$up" != ./ ] && [ ! -f "$up/go.mod" ]; do up=$(dirname "$up"); done
  if [ "$up" = . ] || [ "$up" = ./ ]; then set -- "$@" "$directory"; fi
done
[ $# -gt 0 ] || exit 0`;
}

function* events(report: string): Generator<Event> {
  for (const line of jsonLines(report)) {
    const event = eventSchema.safeParse(line);
    if (event.success) yield event.data;
  }
}

/** What the compiler said, by the package that could not be built. Go before 1.24 says it in plain lines. */
function readBuildOutput(report: string): Map<string, string> {
  const said = new Map<string, string>();
  let of: string | null = null;
  const add = (name: string, text: string) => said.set(name, (said.get(name) ?? '') + text);
  for (const line of report.split('\n')) {
    const head = /^# (\S+)/.exec(line);
    if (head !== null) of = head[1] ?? null;
    else if (/^([{@]|FAIL|ok\s|---|\?)/.test(line)) of = null;
    else if (of !== null) add(of, `${line}\n`);
  }
  for (const { Action, ImportPath, Output } of events(report)) {
    if (Action === 'build-output' && ImportPath !== undefined) add(ImportPath, Output ?? '');
  }
  return said;
}

function resultsOf(
  name: string,
  found: readonly Event[],
  files: TestFiles,
  builds: ReadonlyMap<string, string>,
): TestResult[] {
  const end = found.find(({ Action, Test }) => Test === undefined && /^(pass|fail|skip)$/.test(Action));
  const tests = Map.groupBy(
    found.filter(({ Test }) => Test !== undefined),
    ({ Test = '' }) => Test,
  );
  const results = [...tests].flatMap(([test, own]) => resultOf(name, test, own, end, files));
  if (end?.Action !== 'fail' || results.some(({ status }) => status === 'failed')) return results;
  const said = outputOf(found.filter(({ Test }) => Test === undefined));
  const compiler = end.FailedBuild === undefined ? '' : (builds.get(end.FailedBuild) ?? '');
  if (results.length === 0) return brokenPackage(name, files, compiler + said);
  return [...results, { id: `${name} > (package)`, status: 'error', file: null, message: shorten(said) }];
}

const statuses = { pass: 'passed', fail: 'failed', skip: 'skipped' } as const;

/** A test that began and has no end took the whole package down with it, or was running when something else did. */
function resultOf(
  name: string,
  test: string,
  own: readonly Event[],
  end: Event | undefined,
  files: TestFiles,
): TestResult[] {
  const last = own.findLast(({ Action }) => Action in statuses)?.Action as keyof typeof statuses | undefined;
  const status = last !== undefined ? statuses[last] : end?.Action === 'fail' ? 'failed' : null;
  if (status === null) return [];
  const said = outputOf(own) || 'The package ended while it ran.';
  const message = status === 'failed' ? { message: shorten(said) } : {};
  return [{ id: `${name} > ${test}`, status, file: files.find(name, test), ...message }];
}

function outputOf(events: readonly Event[]): string {
  const said = events.map(({ Output }) => Output ?? '').join('');
  return said.replace(/^=== (RUN|PAUSE|CONT|NAME) .*\n/gm, '').trim();
}

/** None of its tests could run: each of its files stands for its own. */
function brokenPackage(name: string, files: TestFiles, said: string): TestResult[] {
  const message = shorten(said.trim());
  const own = files.of(name);
  if (own.length === 0) return [{ id: `${name} > (package)`, status: 'error', file: null, message }];
  return own.map((file) => ({ id: file, status: 'error', file, message }));
}
