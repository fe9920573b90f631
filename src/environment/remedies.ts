import { type CommandResult, outputText, type Shell } from '../core/command.ts';
import type { PackageManager } from '../core/environment.ts';
import { findUnfetchable, leaveOut } from './node/unfetchable.ts';

export interface Remedy {
  /** What to run in place of the command that failed. */
  command: string;
  note: string;
  leftOut?: { name: string; why: string };
}

interface Rule {
  managers: readonly PackageManager[];
  /** What the failed command printed. */
  said: RegExp;
  /** Null when the command already has this remedy. */
  next(command: string): string | null;
  note: string;
}

const add = (option: string) => (command: string) =>
  command.includes(option) ? null : `${command} ${option}`;
const replace = (from: RegExp, to: string) => (command: string) =>
  from.test(command) ? command.replace(from, to) : null;

/** Known reasons for a failed installation, most specific first, with what people do about them by hand. */
const rules: readonly Rule[] = [
  {
    managers: ['npm'],
    said: /\bERESOLVE\b/,
    next: add('--legacy-peer-deps'),
    note: 'peer dependencies conflict: installing with --legacy-peer-deps',
  },
  {
    managers: ['npm'],
    said: /npm ci.*can only install|package\.json and package-lock\.json.*in sync|EUSAGE|lockfileVersion|EJSONPARSE.*package-lock|npm error code EINTEGRITY/s,
    next: replace(/^npm ci/, 'npm install --no-package-lock'),
    note: 'package-lock.json does not fit package.json: installing without it',
  },
  {
    managers: ['pnpm'],
    said: /ERR_PNPM_(OUTDATED_LOCKFILE|LOCKFILE|FROZEN_LOCKFILE|NO_LOCKFILE|BROKEN_LOCKFILE)/,
    next: replace(/--frozen-lockfile/, '--no-frozen-lockfile'),
    note: 'pnpm-lock.yaml does not fit package.json: installing without holding to it',
  },
  {
    managers: ['yarn'],
    said: /lockfile needs to be updated|YN0028|lockfile would have been modified/,
    next: replace(/ --frozen-lockfile| --immutable/, ''),
    note: 'yarn.lock does not fit package.json: installing without holding to it',
  },
  {
    managers: ['bun'],
    said: /lockfile (had changes|is frozen)|failed to parse lockfile/i,
    next: replace(/ --frozen-lockfile/, ''),
    note: 'bun.lock does not fit package.json: installing without holding to it',
  },
  {
    managers: ['npm', 'pnpm', 'yarn', 'bun'],
    said: /engine .*(is incompatible|node)|EBADENGINE|ERR_PNPM_UNSUPPORTED_ENGINE|YN0060.*engine/i,
    next: (command) => (command.startsWith('yarn') ? add('--ignore-engines')(command) : null),
    note: 'a dependency asks for another Node version: installing without that check',
  },
];

/** When a script of a dependency or of the repository itself fails, its files are mostly of use without. */
const withoutScripts: Rule = {
  managers: ['npm', 'pnpm', 'yarn', 'bun'],
  said: /npm error (command|path|gyp)|ELIFECYCLE|ERR_PNPM_.*LIFECYCLE|install script|postinstall|prepare.*failed|node-gyp|Failed to (set up|download)|YN0009|script .* exited with/i,
  next: (command) => (/^npm install --global/.test(command) ? null : add('--ignore-scripts')(command)),
  note: 'an install script fails: installing without install scripts',
};

const transient: Rule = {
  managers: ['npm', 'pnpm', 'yarn', 'bun', 'pip'],
  said: /ETIMEDOUT|ECONNRESET|ESOCKETTIMEDOUT|socket hang up|EAI_AGAIN|Connection reset|Read timed out|operation timed out/i,
  next: (command) => (command.startsWith('sleep 5; ') ? null : `sleep 5; ${command}`),
  note: 'the network failed: trying again',
};

/** What to try after a failed installation command, or null when nothing is known. */
export async function findRemedy(
  shell: Shell,
  manager: PackageManager,
  command: string,
  result: CommandResult,
): Promise<Remedy | null> {
  const said = outputText(result);
  const byRule = firstThatApplies(rules, manager, command, said);
  if (byRule !== null) return byRule;
  if (manager !== 'pip' && manager !== 'none') {
    const unfetchable = await findUnfetchable(shell, said);
    const remedy = unfetchable === null ? null : await leaveOut(shell, manager, unfetchable, command);
    if (remedy !== null) return remedy;
  }
  return firstThatApplies([transient, withoutScripts], manager, command, said);
}

function firstThatApplies(
  candidates: readonly Rule[],
  manager: PackageManager,
  command: string,
  said: string,
): Remedy | null {
  for (const rule of candidates) {
    if (!rule.managers.includes(manager) || !rule.said.test(said)) continue;
    const next = rule.next(command);
    if (next !== null) return { command: next, note: rule.note };
  }
  return null;
}
