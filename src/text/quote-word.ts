/** A word for a shell, which it takes as it is: in quotes only where it needs them, for people read commands. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** `NAME=value ` for each variable, to stand before a command. */
export function printAssignments(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quoteWord(value)} `)
    .join('');
}

/** Lines of a script that set variables for all that comes after. */
export function printExports(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quoteWord(value)}`)
    .join('\n');
}
