import { posix } from 'node:path';
import picomatch from 'picomatch';
import { parseCommands, type Word } from '../shell-words.ts';

export type Scripts = Readonly<Record<string, string>>;

export interface Calls {
  names: string[];
  /** Words that the called script gets after its own. */
  extra: readonly Word[];
}

/** How far scripts that call one another are followed. */
export const maximumDepth = 8;
export const scriptRunners: ReadonlySet<string> = new Set(['npm', 'pnpm', 'yarn', 'bun']);
const runOptions = /^(-s|--silent|--if-present|-w|--workspaces|-ws|-r|--recursive)$/;
const runWords = new Set(['run', 'run-script']);

/** The scripts that a command calls through a package manager or npm-run-all; none when it calls none. */
export function calledScripts(words: readonly Word[], scripts: Scripts): Calls {
  const plain = words.map((word) => word.plain);
  const program = posix.basename(plain[0] ?? '');
  if (['run-s', 'run-p', 'npm-run-all', 'npm-run-all2'].includes(program)) {
    return { names: plain.slice(1).flatMap((pattern) => matchingScripts(pattern, scripts)), extra: [] };
  }
  if (program === 'concurrently') {
    return { names: words.slice(1).flatMap((word) => scriptsIn(word.plain, scripts)), extra: [] };
  }
  // what has the name of a script is bun's own runner
  if (program === 'bun' && plain[1] === 'test') return { names: [], extra: [] };
  if (!scriptRunners.has(program) && program !== 'nr') return { names: [], extra: [] };
  const at = plain.findIndex((word, index) => index > 0 && !runOptions.test(word) && !runWords.has(word));
  const name = at < 0 ? '' : (plain[at] as string);
  return { names: scriptsNamed(name, scripts), extra: extraWords(program, words.slice(at + 1)) };
}

/** concurrently takes commands as words, and `npm:x` for `npm run x`. */
function scriptsIn(command: string, scripts: Scripts): string[] {
  const pattern = /^(?:npm|pnpm|yarn|bun):(\S+)/.exec(command)?.[1];
  if (pattern !== undefined) return matchingScripts(pattern, scripts);
  return command.includes(' ') ? calledScripts(parseCommands(command)[0] ?? [], scripts).names : [];
}

export function hasScript(scripts: Scripts, name: string): boolean {
  return Object.hasOwn(scripts, name);
}

/** The commands of a script; none where there is no script of that name. */
export function commandsOf(scripts: Scripts, name: string): Word[][] {
  return hasScript(scripts, name) ? parseCommands(scripts[name] as string) : [];
}

function scriptsNamed(name: string, scripts: Scripts): string[] {
  const pattern = /^\/(.*)\/$/.exec(name)?.[1];
  if (pattern !== undefined) return scriptsLike(pattern, scripts);
  const full = name === 't' || name === 'tst' ? 'test' : name;
  return hasScript(scripts, full) ? [full] : [];
}

/** pnpm takes a regular expression. One that repeats a group is not tried: it could take for ever. */
function scriptsLike(pattern: string, scripts: Scripts): string[] {
  if (/\)[*+{?]/.test(pattern)) return [];
  try {
    const expression = new RegExp(pattern);
    return Object.keys(scripts).filter((name) => expression.test(name));
  } catch {
    return [];
  }
}

/** npm-run-all takes globs in which `:` parts names as `/` parts paths. */
function matchingScripts(pattern: string, scripts: Scripts): string[] {
  if (!pattern.includes('*')) return hasScript(scripts, pattern) ? [pattern] : [];
  const matches = picomatch(pattern.replaceAll(':', '/'));
  return Object.keys(scripts).filter((name) => matches(name.replaceAll(':', '/')));
}

function extraWords(program: string, after: readonly Word[]): readonly Word[] {
  const dashes = after.findIndex((word) => word.plain === '--');
  if (dashes >= 0) return after.slice(dashes + 1);
  return program === 'npm' ? [] : after;
}
