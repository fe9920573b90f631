import { relativeTo } from '../runner.ts';

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
  const goal = lines.findIndex((line) => failedGoal.test(line));
  const first = goal === -1 ? lines.find((line) => otherFault.test(line)) : goalWithReason(lines.slice(goal));
  return first === undefined
    ? null
    : `could not go on: ${first.replace(/ -> \[Help \d+\].*/, '').slice(0, 500)}`;
}

/** Where the line ends with a colon, the reason stands in the next. */
function goalWithReason([goal = '', ...after]: readonly string[]): string {
  const reason = goal.endsWith(':') ? after.find((line) => line !== '') : undefined;
  return reason === undefined ? goal : `${goal} ${reason}`;
}

/** `path:[line,column] what`, as javac, Kotlin and Groovy have it within Maven. */
const compilerFault = /^(?:file:\/\/)?(\/[^:]+\.\w+):[[(]?(\d+)[,:]\d+[\])]?:? (.+)$/;
const failedGoal = /^Failed to execute goal ./;
const otherFault =
  /^(Non-resolvable|Non-parseable|Could not (resolve|find|transfer)|.*The build could not read|Some problems were encountered|.*Unresolveable|Unknown lifecycle|Plugin .* could not be resolved)/;
