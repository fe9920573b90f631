/** A word of a command line: as the program sees it, and as the script writes it for the shell. */
export interface Word {
  /** Without quotes. Variables and substitutions stay as they are written: their values are not known here. */
  plain: string;
  /** As written: quotes, globs and variables mean the same when a shell gets it again. */
  shell: string;
}

/** Longer scripts are not looked into: nobody writes such by hand, and reading takes time that grows faster. */
const maximumLength = 10_000;

const quotes = /'[^']*'|"(?:\\[\s\S]|[^"\\])*"|\\[\s\S]/;
const substitution = /\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`|\$\{[^}]*\}/;
const patternList = /[?*+@!]\([^()]*\)/;
const word = new RegExp(
  `(?:${quotes.source}|${substitution.source}|${patternList.source}|[^\\s|&;<>()])+`,
  'y',
);
const redirection = /(?:\d+|&)?(?:<<<|>>|<<|>&|<&|<>|>\||>|<)[ \t]*/y;
const blank = /(?:[ \t\r]|\\\r?\n|#[^\n]*)+/y;

/** Splits a package script into its simple commands: at `&&`, `||`, `;`, `&`, `|`, brackets, keywords and line ends. */
export function parseCommands(script: string): Word[][] {
  const commands: Word[][] = [[]];
  let at = script.length > maximumLength ? script.length : 0;
  const take = (expression: RegExp): string | null => {
    expression.lastIndex = at;
    const found = expression.exec(script)?.[0];
    if (found === undefined) return null;
    at += found.length;
    return found;
  };
  while (at < script.length) {
    if (take(blank) !== null) continue;
    if (take(redirection) !== null) {
      take(word);
      continue;
    }
    const shell = take(word);
    if (shell !== null) {
      commands.at(-1)?.push({ plain: unquote(shell), shell });
    } else {
      commands.push([]);
      at++;
    }
  }
  return commands.map(withoutKeywords).filter((command) => command.length > 0);
}

const keywords = new Set(['if', 'then', 'elif', 'else', 'fi', 'while', 'until', 'do', 'done', '!', '{', '}']);

/** `if a; then b; fi` is `a` and `b`: whichever of them runs. */
function withoutKeywords(command: Word[]): Word[] {
  const start = command.findIndex(({ shell }) => !keywords.has(shell));
  return start < 0 ? [] : command.slice(start);
}

function unquote(text: string): string {
  return text.replace(new RegExp(quotes, 'g'), (found) => {
    if (found.startsWith('\\')) return found.slice(1);
    const inner = found.slice(1, -1);
    return found.startsWith("'") ? inner : inner.replace(/\\([\\"$`])/g, '$1');
  });
}

/** Takes leading `NAME=value` words off a command. Variables within the values count as empty. */
export function takeAssignments(words: readonly Word[]): { env: Record<string, string>; rest: Word[] } {
  const env: Record<string, string> = {};
  let at = 0;
  for (; at < words.length; at++) {
    const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(words[at]?.plain ?? '');
    if (match === null) break;
    const [, name, value] = match as unknown as [string, string, string];
    env[name] = /[$`]/.test(value) ? withoutVariables(value) : value;
  }
  return { env, rest: words.slice(at) };
}

function withoutVariables(value: string): string {
  return value.replace(new RegExp(`${substitution.source}|\\$\\w+`, 'g'), '').trim();
}
