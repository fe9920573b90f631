import type { TestResult, TestStatus } from '../../../core/tests.ts';
import { quoteWord } from '../../../text/quote-word.ts';
import { frameFunction, readFrames } from '../framed-files.ts';
import { shorten, type TestRunner } from '../runner.ts';
import { compilerProblem } from './compiler-problem.ts';

const faults =
  ': (fatal )?error: |undefined reference to|multiple definition of|^make(\\[[0-9]+\\])?: \\*\\*\\*';

/** \`make check\` of Automake, which leaves a result file beside each test. All tests run, whatever is asked for. */
export const automake: TestRunner = {
  name: 'automake',
  programs: [],
  split: () => ({ options: [], targets: [] }),
  script({ options }) {
    return `${frameFunction}
begun=$(mktemp) log=$(mktemp)
make -k ${options.map(quoteWord).join(' ')} check 2>&1 | tee "$log"; code=\${PIPESTATUS[0]}
grep -aE '${faults}' "$log" | grep -avE '\\[(check|check-am|check-recursive|check-TESTS|test-suite\\.log|[^]]*\\.log)\\]? ?Error|Error 1$|Error 2$|not remade' | sort -u | head -n 50 | frame errors
find . -name '*.trs' -newer "$begun" | sort | while IFS= read -r file; do
  test=\${file%.trs}; source=; for end in '' .c .cc .cpp .cxx .sh .test .pl .py; do [ ! -f "$test$end" ] || source=$test$end; done
  { echo "$source"; cat "$file"; echo; tail -c 2000 "$test.log"; } 2> /dev/null | frame "$test"
done
rm -f "$begun" "$log"
exit "$code"`;
  },
  parse: (report) =>
    readFrames(report).flatMap(({ name, content }) => (name === 'errors' ? [] : readTrs(name, content))),
  problem: (report, root) =>
    compilerProblem(readFrames(report).find(({ name }) => name === 'errors')?.content ?? '', root),
};

const statuses: Record<string, TestStatus> = {
  PASS: 'passed',
  XFAIL: 'passed',
  SKIP: 'skipped',
  FAIL: 'failed',
  XPASS: 'failed',
  ERROR: 'failed',
};

/** The test's source, its \`.trs\` file, an empty line and the end of its log. */
function readTrs(name: string, content: string): TestResult[] {
  const [source = '', ...lines] = content.split('\n');
  const test = name.replace(/^\.\//, '');
  const end = lines.findIndex((line) => line.trim() === '');
  const message = shorten(
    lines
      .slice(end + 1)
      .join('\n')
      .trim(),
  );
  return lines.slice(0, end).flatMap((line): TestResult[] => {
    const [, result = '', title = ''] = /^:test-result: *([A-Z]+) *(.*)$/.exec(line) ?? [];
    const status = statuses[result];
    if (status === undefined) return [];
    const file = source === '' ? null : source.replace(/^\.\//, '');
    const id = title === '' ? test : `${test} > ${title.replace(/^\d+ *-? */, '')}`;
    return [{ id, status, file, ...(status === 'failed' ? { message } : {}) }];
  });
}
