/** A script in which no line goes on in the next, as a backslash at its end says. */
export function joinContinued(script: string): string {
  return script.replace(/\\\r?\n/g, ' ');
}

/** The lines of a script as a shell takes them. */
export function logicalLines(script: string): string[] {
  return joinContinued(script).split('\n');
}
