import { posix } from 'node:path';
import type { TestResult } from '../../../core/tests.ts';
import { quoteWord } from '../../../text/quote-word.ts';
import { frameFunction, readFrames } from '../framed-files.ts';
import { type JunitCase, parseJunit } from '../junit-report.ts';
import { type TestRunner, withMessage } from '../runner.ts';
import { mavenProblem } from './maven-problem.ts';

/** Lets a test that fails not end the build, and a module without one of the wanted tests pass. */
const lenient = [
  '-Dmaven.test.failure.ignore=true',
  ...['-DskipTests=false', '-DfailIfNoTests=false'],
  ...['-Dsurefire.failIfNoTests=false', '-Dsurefire.failIfNoSpecifiedTests=false'],
];

/** A call of Maven that runs these test classes, wherever in the repository they are. */
export function mavenTest(options: readonly string[], classes: readonly string[]): string {
  const wanted = classes.length === 0 ? [] : [`-Dtest=${quoteWord([...new Set(classes)].join(','))}`];
  return ['mvn -B -ntp -fae', ...lenient, ...options, ...wanted, 'test'].join(' ');
}

/** Surefire of Maven; with `-Dtest` it runs Failsafe's integration tests as well. */
export const maven: TestRunner = {
  name: 'maven',
  programs: ['mvn', './mvnw', 'mvnw'],
  split: (words) => ({
    options: words.filter(({ plain }) => /^-[DP]./.test(plain)).map(({ shell }) => shell),
    targets: [],
  }),
  script({ options }, files) {
    const classes = (files ?? []).map(classOf);
    return `${frameFunction}
begun=$(mktemp) log=$(mktemp)
${mavenTest(['-o', ...modulesOf(files), ...options], classes)} 2>&1 | tee "$log"
code=\${PIPESTATUS[0]}
find . -path '*/src/*' \\( ${sourceKinds.map((kind) => `-name '*.${kind}'`).join(' -o ')} \\) -not -path '*/target/*' | frame sources
grep -a -A 3 '^\\[ERROR\\]' "$log" | head -n 100 | frame errors
find . -path '*/target/*' -name 'TEST-*.xml' -newer "$begun" -not -path '*/test-classes/*' -not -path '*/classes/*' |
  sort | while IFS= read -r file; do frame "$file" < "$file"; done
rm -f "$begun" "$log"
exit "$code"`;
  },
  parse(report) {
    const [sources, , ...reports] = readFrames(report);
    const find = sourceFinder((sources?.content ?? '').split('\n'));
    return reports.flatMap(({ name, content }) => {
      const module = posix.normalize(name).replace(/\/?target\/.*$/, '');
      return readable(content).map((one) => resultOf(one, find(module, one.className)));
    });
  },
  problem: (report, root) => mavenProblem(readFrames(report)[1]?.content ?? '', root),
};

const sourceKinds = ['java', 'kt', 'groovy', 'scala'];

function classOf(file: string): string {
  return posix.basename(file).replace(/\.\w+$/, '');
}

/** The modules that hold these files, with those that they need; nothing where all are the root's. */
function modulesOf(files: readonly string[] | null): string[] {
  const modules = new Set((files ?? []).map((file) => /^(.+?)\/src\//.exec(file)?.[1] ?? '.'));
  if (modules.size === 0 || (modules.size === 1 && modules.has('.'))) return [];
  return [`-pl ${quoteWord([...modules].join(','))} -am`];
}

/** The cases of a report; none of one that was being written when the run was ended. */
function readable(content: string): JunitCase[] {
  try {
    return parseJunit(content);
  } catch {
    return [];
  }
}

type FindSource = (module: string, className: string) => string | null;

/** Finds the source file of a class: the one of its module whose path ends as its name demands. */
function sourceFinder(paths: readonly string[]): FindSource {
  const byName = Map.groupBy(
    paths.map((path) => posix.normalize(path)),
    classOf,
  );
  return (module, className) => {
    const outer = className.replace(/\$.*/, '').split('.');
    const candidates = byName.get(outer.at(-1) ?? '') ?? [];
    const fitting = candidates.filter((path) => path.replace(/\.\w+$/, '').endsWith(`/${outer.join('/')}`));
    return fitting.find((path) => module === '' || path.startsWith(`${module}/`)) ?? null;
  };
}

function resultOf({ className, name, status, message }: JunitCase, file: string | null): TestResult {
  const nested = className.split('$').slice(1);
  const test = name === '' || name === className ? '(file)' : name;
  const id = file === null ? [className, test] : [file, ...(test === '(file)' ? [] : nested), test];
  return withMessage({ id: id.join(' > '), status, file }, message);
}
