import { z } from 'zod';
import type { TestResult, TestStatus } from '../../../core/tests.ts';
import { relativeTo, shorten } from '../runner.ts';

/** Old versions take anything for a title, and write it as it is. */
const title = z.preprocess((value) => (typeof value === 'string' ? value : String(value)), z.string());

/** The JSON report that jest writes and vitest writes alike. */
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string().optional(),
      message: z.string().nullish(),
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(title),
          title,
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

const statuses: Record<string, TestStatus> = { passed: 'passed', failed: 'failed' };

export function parseJestReport(report: string, root: string): TestResult[] {
  return reportSchema.parse(JSON.parse(report)).testResults.flatMap((suite) => {
    const file = relativeTo(root, suite.name);
    const tests = suite.assertionResults.map((test): TestResult => {
      const titles = [...test.ancestorTitles, test.title].filter((title) => title !== '');
      const message = test.failureMessages?.join('\n');
      return {
        id: [file, ...titles].join(' > '),
        status: statuses[test.status] ?? 'skipped',
        file,
        ...(message ? { message: shorten(message) } : {}),
      };
    });
    const failsAlone = suite.status === 'failed' && !tests.some((test) => test.status === 'failed');
    if (!failsAlone) return tests;
    return [
      ...tests,
      { id: `${file} > (file)`, status: 'failed' as const, file, message: shorten(suite.message ?? '') },
    ];
  });
}
