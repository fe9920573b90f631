import { parse } from 'shell-quote';

/** A word of a command line: as the program sees it, and as it must be written for a shell. */
export interface Word {
  plain: string;
  /** Quoted as needed; a glob that the shell expands is left bare. */
  shell: string;
}

/** Splits a package script into its simple commands: at `&&`, `||`, `;`, `&` and `|`. Redirections are dropped. */
export function parseCommands(script: string): Word[][] {
  const commands: Word[][] = [[]];
  let skipNext = false;
  for (const entry of parse(script, (name) => `$${name}`)) {
    const current = commands.at(-1) as Word[];
    if (typeof entry === 'string') {
      if (!skipNext) current.push({ plain: entry, shell: quoteWord(entry) });
      skipNext = false;
    } else if ('comment' in entry) {
      break;
    } else if (entry.op === 'glob') {
      current.push({ plain: entry.pattern, shell: entry.pattern });
    } else if (entry.op.startsWith('>') || entry.op.startsWith('<')) {
      skipNext = true;
    } else {
      commands.push([]);
    }
  }
  return commands.filter((command) => command.length > 0);
}

export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Takes leading `NAME=value` words off a command. */
export function takeAssignments(words: readonly Word[]): { env: Record<string, string>; rest: Word[] } {
  const env: Record<string, string> = {};
  let at = 0;
  for (; at < words.length; at++) {
    const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(words[at]?.plain ?? '');
    if (match === null) break;
    env[match[1] as string] = match[2] as string;
  }
  return { env, rest: words.slice(at) };
}
