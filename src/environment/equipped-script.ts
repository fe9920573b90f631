import { printExports } from '../text/quote-word.ts';

/** Finds the programs that are installed where a script is. */
export const findOwnPrograms = 'export PATH="$PWD/node_modules/.bin:$PATH"';

/** A script with variables, at the root of the repository, whose installed programs it finds by their names. */
export function equippedScript(variables: Readonly<Record<string, string>>, script: string): string {
  return [printExports(variables), findOwnPrograms, script].join('\n');
}
