import { relativeTo } from './runner.ts';

/**
 * Why Maven did not run all tests, from the lines that it marks as errors: what could not be compiled, else which goal
 * failed. Null when only tests failed. The same fault gives the same words in every run.
 */
export function mavenProblem(errors: string, root: string): string | null {
  const lines = errors.split('\n').map((line) => line.replace(/^\[ERROR\] ?/, '').trim());
  const faults = [...new Set(lines.filter((line) => compilerFault.test(line)))].map((line) => {
    const [, path = '', number = '', what = ''] = compilerFault.exec(line) ?? [];
    return `${relativeTo(root, path)}:${number}: ${what}`;
  });
  if (faults.length > 0) {
    const more = faults.length > 3 ? ` (and ${faults.length - 3} more)` : '';
    return `could not compile ${faults.slice(0, 3).join(', ')}${more}`;
  }
  const goals = lines.flatMap((line) => failedGoal.exec(line)?.[1] ?? []);
  const first = goals[0] ?? lines.find((line) => otherFault.test(line));
  return first === undefined
    ? null
    : `could not go on: ${first.replace(/ -> \[Help \d+\].*/, '').slice(0, 500)}`;
}

/** `path:[line,column] what`, as javac, Kotlin and Groovy have it within Maven. */
const compilerFault = /^(?:file:\/\/)?(\/[^:]+\.\w+):[[(]?(\d+)[,:]\d+[\])]?:? (.+)$/;
const failedGoal = /^(Failed to execute goal .+)/;
const otherFault =
  /^(Non-resolvable|Non-parseable|Could not (resolve|find|transfer)|.*The build could not read|Some problems were encountered|.*Unresolveable|Unknown lifecycle|Plugin .* could not be resolved)/;
