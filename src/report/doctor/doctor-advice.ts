import { type BaselineFacts, type Diagnosis, isSane } from '../../core/diagnosis.ts';

const shown = 3;

/** What to do about what was found, one sentence each; nothing when all is well. */
export function adviseOn({
  host,
  environment,
  baseline,
  problem,
}: Pick<Diagnosis, 'host' | 'environment' | 'baseline' | 'problem'>): string[] {
  const leftOut = (environment?.leftOut ?? []).map(
    ({ name, why }) => `${name} could not be installed (${why}): tests that need it fail.`,
  );
  return [
    ...host.problems,
    ...(problem === null || environment !== null || host.engine === null ? [] : howToSay(problem)),
    ...(baseline === null ? [] : adviseOnBaseline(baseline)),
    ...leftOut,
  ];
}

function howToSay(problem: string): string[] {
  if (problem.includes('.github/ai-fix.yml')) return []; // it says that itself
  if (problem.includes('AI_FIX_REGISTRIES'))
    return [
      'Put what gives access to the registry where AI_FIX_REGISTRIES points, then say whose it is with `--registries owner/name`.',
    ];
  return [
    'Say in .github/ai-fix.yml how the repository is installed and tested, under `setup`, `install`, `build` and `test`.',
  ];
}

/** Said of a suite that a limit ended. */
const quicker =
  ' A change is then proven by the tests near it. To have more of them count, name those that take less under `test`, or run fewer at once.';

function adviseOnBaseline(baseline: BaselineFacts): string[] {
  const { counts, testFiles, problem, cutShort, failing } = baseline;
  if (counts.passed + counts.failed + counts.error === 0)
    return [
      `The tests do not run (${problem ?? 'no test was found'}): say in .github/ai-fix.yml how, under \`build\` and \`test\`.`,
    ];
  const advice =
    problem === null ? [] : [`The test run is not complete: ${problem}.${cutShort ? quicker : ''}`];
  const { present, collected, missing } = testFiles;
  if (!isSane({ counts: { ...counts, passed: 1, failed: 0, error: 0 }, testFiles }))
    advice.push(
      `Only ${collected} of ${present} test files gave results, ${namely(missing)} gave none: if they should, name them in .github/ai-fix.yml, under \`test\`.`,
    );
  if (!isSane({ counts, testFiles: { ...testFiles, collected: null } }))
    advice.push(
      `${counts.passed === 0 ? 'No test passes' : 'Many tests fail'} without any change, such as ${failing.slice(0, shown).join(', ')}: mostly something is not installed (\`setup\`, \`install\`) or not built (\`build\`).`,
    );
  return advice;
}

function namely(paths: readonly string[]): string {
  return paths.slice(0, shown).join(', ');
}
