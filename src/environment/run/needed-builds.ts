import { createHash } from 'node:crypto';
import { quoteWord } from '../../text/quote-word.ts';

const stamps = '~/.local/state/ai-fix-builds';
/** Marks what was built as up to date, for files that are older only because they were put back. */
export const settleBuilds = `[ ! -d ${stamps} ] || touch -d "@$(date +%s)" ${stamps}/*`;
const inPackage = /^cd ([\w@./-]+) && /;

/**
 * The script of a build step. In a repository with several packages that are built, a package is built again only when
 * its files, files outside of all these packages, or what was built of a package that its manifest names are newer than
 * its last build: with 30 packages all of them take longer than their tests.
 */
export function neededBuild(command: string, all: readonly string[]): string {
  const own = directoryOf(command);
  const others = all.filter((other) => ![null, own].includes(directoryOf(other)));
  if (own === null || others.length === 0) return command;
  const stamp = stampOf(command);
  const places = new Set(others.map((other) => directoryOf(other) ?? ''));
  const aside = [...places].filter((place) => !own.startsWith(`${place}/`)).map((place) => `./${place}`);
  const pruned = ['*/node_modules', '*/.git', ...aside]
    .map((path) => `-path ${quoteWord(path)}`)
    .join(' -o ');
  return [
    'ai_fix_is_built() {',
    `  [ -e ${stamp} ] || return 1`,
    `  [ -z "$(find . \\( ${pruned} \\) -prune -o -newer ${stamp} -print -quit)" ] || return 1`,
    ...others.map(
      (other) => `  ${isBehind(own, stamp, directoryOf(other) ?? '', stampOf(other))} && return 1`,
    ),
    '  return 0',
    '}',
    'ai_fix_is_built && exit 0',
    `rm -f ${stamp}`,
    `(${command}) && mkdir -p ${stamps} && touch ${stamp}`,
  ].join('\n');
}

function directoryOf(command: string): string | null {
  return inPackage.exec(command)?.[1] ?? null;
}

function stampOf(command: string): string {
  return `${stamps}/${createHash('sha256').update(command).digest('hex').slice(0, 16)}`;
}

/** Whether the other package was built later, and the own manifest names it. */
function isBehind(own: string, stamp: string, other: string, otherStamp: string): string {
  const name = `$(sed -n 's/^[[:space:]]*\\("name": *"[^"]*"\\).*/\\1/p' ${other}/package.json | head -n 1 | cut -d: -f2- | tr -d ' ')`;
  return `[ ${otherStamp} -nt ${stamp} ] && grep -qF "${name}" ${own}/package.json`;
}
