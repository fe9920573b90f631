import type { PackageManager } from '../../core/environment.ts';
import type { Rule } from '../prepare/remedy.ts';

/** Whether it installs what a package.json asks for. */
export function isNodeManager(manager: PackageManager): boolean {
  return ['npm', 'pnpm', 'yarn', 'bun'].includes(manager);
}

/** A variable, for there is no option; versions that do not know it refuse it. */
const approveGit = "YARN_APPROVED_GIT_REPOSITORIES='**'";

/** Yarn from version 2 on has no option for that; tracked files are restored afterwards. */
const removeYarnLock = 'rm -f yarn.lock';

const add = (option: string) => (command: string) =>
  command.includes(option) ? null : `${command} ${option}`;
const replace = (from: RegExp, to: string) => (command: string) =>
  from.test(command) ? command.replace(from, to) : null;

/** Known reasons for a failed installation, most specific first, with what people do about them by hand. */
export const nodeRules: readonly Rule[] = [
  {
    managers: ['npm'],
    said: /\bERESOLVE\b/,
    next: add('--legacy-peer-deps'),
    note: 'peer dependencies conflict: installing with --legacy-peer-deps',
  },
  {
    managers: ['npm'],
    said: /npm error code EINTEGRITY/,
    next: replace(/\bnpm ci\b/, 'npm install --no-package-lock'),
    note: 'the registry has other bytes than package-lock.json says (EINTEGRITY): installing without it',
  },
  {
    managers: ['npm'],
    said: /npm ci.*can only install|package\.json and package-lock\.json.*in sync|EUSAGE|lockfileVersion|EJSONPARSE.*package-lock/s,
    next: replace(/\bnpm ci\b/, 'npm install --no-package-lock'),
    note: 'package-lock.json is broken or does not fit package.json: installing without it',
  },
  {
    managers: ['pnpm'],
    said: /ERR_PNPM_(OUTDATED_LOCKFILE|LOCKFILE|FROZEN_LOCKFILE|NO_LOCKFILE|BROKEN_LOCKFILE)/,
    next: replace(/--frozen-lockfile/, '--no-frozen-lockfile'),
    note: 'pnpm-lock.yaml is broken or does not fit package.json: installing without holding to it',
  },
  {
    managers: ['yarn', 'berry'],
    said: /lockfile needs to be updated|YN0028|YN0047/,
    next: replace(/ --frozen-lockfile| --immutable/, ''),
    note: 'yarn.lock is broken or does not fit package.json: installing without holding to it',
  },
  {
    managers: ['yarn'],
    said: /SyntaxError: .* in \S*yarn\.lock/,
    next: replace(/yarn install(?! --no-lockfile)( --frozen-lockfile)?/, 'yarn install --no-lockfile'),
    note: 'yarn.lock is broken: installing without it',
  },
  {
    managers: ['yarn', 'berry'],
    said: /YAMLException|YN0083/,
    next: (command) =>
      command.includes(removeYarnLock)
        ? null
        : command.replace(/((?:\w+=\S+ )*yarn install)( --immutable)?/, `${removeYarnLock} && $1`),
    note: 'yarn.lock is broken: installing without it',
  },
  {
    managers: ['berry'],
    said: /YN0080: .*approvedGitRepositories/,
    next: (command) => (command.includes(approveGit) ? null : `${approveGit} ${command}`),
    note: 'yarn refuses git repositories that are not approved: approving them',
  },
  {
    managers: ['pnpm'],
    said: /ERR_PNPM_IGNORED_BUILDS/,
    next: add('--config.dangerouslyAllowAllBuilds=true'),
    note: 'pnpm refuses the build scripts of dependencies: allowing them',
  },
  {
    managers: ['pnpm'],
    said: /failed supply-chain policy check|ERR_PNPM_(NO_MATURE_MATCHING_VERSION|MINIMUM_RELEASE_AGE\w*)/,
    next: add('--config.minimumReleaseAge=0'),
    note: 'pnpm cannot tell the age of all dependencies: installing without asking for it',
  },
  {
    managers: ['bun'],
    said: /lockfile (had changes|is frozen)|failed to parse lockfile/i,
    next: replace(/ --frozen-lockfile/, ''),
    note: 'bun.lock is broken or does not fit package.json: installing without holding to it',
  },
  {
    managers: ['yarn'],
    said: /The engine .* is incompatible/,
    next: add('--ignore-engines'),
    note: 'a dependency asks for another Node version: installing without that check',
  },
];

/** The scripts of dependencies are run all the same. */
const withoutOwnScripts: Rule = {
  managers: ['npm'],
  said: /npm error path \/workspace\s*$/m,
  next: (command) =>
    /--ignore-scripts|--global/.test(command) ? null : `${command} --ignore-scripts && (npm rebuild || true)`,
  note: 'a script of the repository fails during the installation: installing without it',
};

/** When a script of a dependency or of the repository itself fails, its files are mostly of use without. */
const withoutScripts: Rule = {
  managers: ['npm', 'pnpm', 'yarn', 'bun'],
  said: /npm error (command|path|gyp)|error (\S+: )?Command failed|ELIFECYCLE|ERR_PNPM_.*LIFECYCLE|install script|postinstall|prepare.*failed|node-gyp|Failed to (set up|download)|script .* exited with/i,
  next: (command) => (/^npm install --global/.test(command) ? null : add('--ignore-scripts')(command)),
  note: 'an install script fails: installing without install scripts',
};

const withoutBuilds: Rule = {
  managers: ['berry'],
  said: /YN0009/,
  next: add('--mode=skip-build'),
  note: withoutScripts.note,
};

/** What is tried when nothing more particular is known. */
export const nodeLastRules: readonly Rule[] = [withoutBuilds, withoutOwnScripts, withoutScripts];
