import type { BaselineFacts, Diagnosis, EnvironmentFacts, HostFacts } from '../../core/diagnosis.ts';
import type { TestResult } from '../../core/tests.ts';
import { usefulLines } from '../../text/useful-lines.ts';
import { visibleText } from '../../text/visible.ts';

const shownFailures = 10;
const shownFiles = 10;
const messageLines = 3;

/** What `ai-fix doctor` found, for people. */
export function printDiagnosis(diagnosis: Diagnosis, failures: readonly TestResult[]): string {
  const { host, environment, baseline, problem, advice, config, sane } = diagnosis;
  const parts = [
    section('Host', hostLines(host)),
    environment === null ? '' : section('Environment', environmentLines(environment)),
    baseline === null ? '' : section('Tests on the base commit', baselineLines(baseline)),
    failures.length === 0 ? '' : section('Failing', failures.slice(0, shownFailures).map(failureLines)),
    problem === null ? '' : section('Problem', problem.split('\n')),
    advice.length === 0
      ? ''
      : section(
          'What to do',
          advice.map((line) => `- ${line}`),
        ),
    config === null
      ? ''
      : section('If it guessed wrong, put this into .github/ai-fix.yml and change it', config.split('\n')),
    sane ? 'All is well: ai-fix can rely on these tests.' : 'ai-fix cannot rely on these tests yet.',
  ];
  return visibleText(parts.filter((part) => part !== '').join('\n\n'));
}

function section(title: string, lines: readonly string[]): string {
  return [title, ...lines.map((line) => line.replace(/^(?=.)/gm, '  '))].join('\n').trimEnd();
}

function row(name: string, value: string): string {
  return `${name.padEnd(12)}${value}`;
}

function hostLines({ node, git, engine, image, sizeLimit, freeGigabytes, network, proxy }: HostFacts) {
  const disk = freeGigabytes === null ? '' : `, ${freeGigabytes} GB free`;
  const limit = sizeLimit === true ? 'limited by the Engine' : 'watched, for the Engine cannot limit it';
  return [
    row('Node', node),
    row('git', git ?? 'not installed'),
    row('Docker', engine === null ? 'no Engine answers' : `${engine}, image ${image}`),
    ...(engine === null ? [] : [row('disk', `${limit}${disk}`)]),
    ...(network === null ? [] : [row('network', network ? 'reached' : 'not reached')]),
    row('proxy', proxy.length === 0 ? 'none' : proxy.join(', ')),
  ];
}

function environmentLines({ summary, setup, install, build, tests, cached, notes }: EnvironmentFacts) {
  return [
    row('found', `${summary}${cached ? ' (installed before)' : ''}`),
    ...setup.map((command) => row('setup', command)),
    ...install.map((command) => row('install', command)),
    ...build.map((command) => row('build', command)),
    ...tests.map((command) => row('test', command)),
    ...notes.map((note) => row('note', note)),
  ];
}

function baselineLines({ counts, testFiles, problem, output, seconds }: BaselineFacts) {
  const { present, collected, missing } = testFiles;
  const counted = Object.entries(counts).map(([status, count]) => `${count} ${status}`);
  const more = missing.length > shownFiles ? ', ...' : '';
  return [
    row('results', `${counted.join(', ')}; ${seconds} s`),
    row('test files', `${collected ?? 'an unknown number'} of ${present} gave results`),
    ...(missing.length === 0 ? [] : [row('without', missing.slice(0, shownFiles).join(', ') + more)]),
    ...(problem === null ? [] : [row('problem', problem), ...output.split('\n')]),
  ];
}

function failureLines({ id, message }: TestResult): string {
  const lines = message === undefined ? [] : usefulLines(message, messageLines).split('\n');
  return [id, ...lines.map((line) => `  ${line}`)].join('\n');
}
