import type { CommandResult, Shell } from '../../core/command.ts';
import type { EnvironmentPlan, TestCommand } from '../../core/environment.ts';
import { must } from '../../core/must.ts';
import { quoteWord } from '../../text/quote-word.ts';
import { equippedScript, findOwnPrograms } from '../equipped-script.ts';

const reportFile = '/tmp/.ai-fix-report';
const maximumReportBytes = 100_000_000;
const outputBytes = { head: 2_000, tail: 14_000 };

/** A shell for one run of tests: with the plan's variables, and one limit of time for all that runs in it. */
export interface TestShell {
  run(script: string, place?: Pick<TestCommand, 'directory' | 'env'>): Promise<CommandResult>;
  /** What the last script left in the file $AI_FIX_REPORT; '' where it left none. */
  readReport(): Promise<string>;
  seconds(): number;
  isTimeUp(): boolean;
}

/** The time begins now. */
export function openTestShell(
  shell: Shell,
  plan: EnvironmentPlan,
  { timeoutSeconds, signal }: { timeoutSeconds: number; signal: AbortSignal },
): TestShell {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  return {
    run(script, { directory, env } = { directory: '', env: {} }) {
      const variables = { ...plan.env, ...env, AI_FIX_REPORT: reportFile };
      const command = {
        script: equippedScript(variables, ['rm -f "$AI_FIX_REPORT"', ...enter(directory), script].join('\n')),
        timeoutSeconds: Math.max(1, timeoutSeconds - seconds()),
        keep: outputBytes,
      };
      return shell.run(command, signal);
    },
    readReport: () => readReport(shell),
    seconds,
    isTimeUp: () => seconds() >= timeoutSeconds,
  };
}

function enter(directory: string): string[] {
  return directory === '' ? [] : [`cd ${quoteWord(directory)} && ${findOwnPrograms}`];
}

async function readReport(shell: Shell): Promise<string> {
  const script = `if [ -f ${reportFile} ]; then head -c ${maximumReportBytes} ${reportFile}; fi`;
  const command = { script, keep: 'all', timeoutSeconds: 60 } as const;
  return (await must(shell, command, 'The test report could not be read')).head.toString('utf8');
}
