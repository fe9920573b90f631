import type { CommandResult, Shell } from '../core/command.ts';
import { must } from '../core/must.ts';
import { packOf } from './commits.ts';
import type { GitDirectory } from './git.ts';
import { referenceGit } from './sandbox-paths.ts';

const seconds = 600;

/*
 * The index is copied with its time (`cp -p`): git looks into files that are as young as their index, because their
 * time alone cannot tell whether they changed after it.
 */

/**
 * File contents stay byte for byte as they are in git, whatever .gitattributes says: what is exported is then
 * exactly what is stored. Overlay file systems change inode and change time on the first write, hence the two settings.
 */
const configuration = [
  'printf \'* -text -filter -ident -working-tree-encoding\\n\' > "$dir/info/attributes"',
  'git --git-dir="$dir" config core.checkStat minimal',
  'git --git-dir="$dir" config core.trustctime false',
  'git --git-dir="$dir" config core.autocrlf false',
  'git --git-dir="$dir" config core.hooksPath /dev/null',
  'git --git-dir="$dir" config gc.auto 0',
].join('\n');

/**
 * Fills the work tree. What a copy of a repository lacks, as one that was cloned without its largest files, is left out
 * and counts as unchanged; the names are printed.
 */
const fillWorkTree = `
if ! git reset --quiet --hard 2> /dev/null; then
  git read-tree HEAD
  git checkout-index --all --force --quiet 2> /dev/null || true
  git update-index -q --refresh > /dev/null || true
  git diff-files -z --name-only --diff-filter=D | tee /tmp/.ai-fix-missing | git update-index -z --skip-worktree --stdin
  tr '\\0' '\\n' < /tmp/.ai-fix-missing; rm -f /tmp/.ai-fix-missing
fi`;

/** Makes the work tree at `commit` in an empty sandbox, without history at first, so that it is there at once. Returns files that the repository lacks. */
export async function placeTip(shell: Shell, from: GitDirectory, commit: string): Promise<string[]> {
  const script = `
set -e
git init --quiet --template= --initial-branch=work --object-format=${from.objectFormat} .
dir=.git; mkdir -p "$dir/info" "$dir/objects/pack"
${configuration}
git config user.name agent
git config user.email agent@sandbox.invalid
git index-pack --stdin > /dev/null
echo ${commit} > .git/shallow
git update-ref refs/heads/work ${commit}
${fillWorkTree}
git init --quiet --bare --template= --object-format=${from.objectFormat} ${referenceGit}
dir=${referenceGit}; mkdir -p "$dir/info"
git --git-dir="$dir" config core.bare false
${configuration}
cp -p .git/index ${referenceGit}/index`;
  const pack = packOf(from, commit, { shallow: true });
  const { head } = await run(shell, script, 'the work tree could not be made', pack);
  return head
    .toString('utf8')
    .split('\n')
    .filter((path) => path !== '');
}

/** Adds the whole ancestry of the commit that `placeTip` made; nothing of any other branch. */
export async function placeAncestry(shell: Shell, from: GitDirectory, commit: string): Promise<void> {
  const script = 'git index-pack --stdin > /dev/null && rm -f .git/shallow';
  await run(shell, script, 'the history could not be added', packOf(from, commit, { whole: true }));
}

/** Moves an untouched work tree from the commit its image was made at to a later one. */
export async function advance(shell: Shell, from: GitDirectory, base: string, commit: string): Promise<void> {
  if (base === commit) return;
  const script = `
set -e
git index-pack --stdin --fix-thin > /dev/null
git update-ref refs/heads/work ${commit}
${fillWorkTree}
cp -p .git/index ${referenceGit}/index`;
  await run(
    shell,
    script,
    'the work tree could not be moved to the base commit',
    packOf(from, commit, { have: base }),
  );
}

/** Makes the work tree's tracked files as they are in the base commit again, and takes note of that state. */
export async function restoreTracked(shell: Shell): Promise<void> {
  await run(
    shell,
    `git reset --quiet --hard && cp -p .git/index ${referenceGit}/index`,
    'the work tree could not be restored',
  );
}

/** Puts tracked files that a test run changed or removed back, as far as that goes. */
export async function putBack(shell: Shell): Promise<void> {
  const script = 'git diff-files -z --name-only | git checkout-index -z --stdin --force --quiet';
  await shell.run({ script, timeoutSeconds: seconds });
}

/** Leaves paths that an installation made out of every later look for changes. */
export async function excludePaths(shell: Shell, patterns: readonly string[]): Promise<void> {
  const script = `mkdir -p .git/info && tee -a ${referenceGit}/info/exclude >> .git/info/exclude`;
  const lines = patterns.map((pattern) => `/${pattern.replace(/[\\*?[\]#!]/g, '\\$&')}\n`);
  await run(shell, script, 'the list of installed files could not be kept', Buffer.from(lines.join('')));
}

function run(
  shell: Shell,
  script: string,
  what: string,
  input?: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<CommandResult> {
  const given = input === undefined ? {} : { input };
  return must(shell, { script, timeoutSeconds: seconds, ...given }, `In the sandbox ${what}`);
}
