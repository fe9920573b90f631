import tar from 'tar-stream';
import type { Changes } from '../core/changes.ts';
import { type Command, outputText, type Shell } from '../core/command.ts';
import { OperationalError } from '../core/errors.ts';
import { must } from '../core/must.ts';
import { referenceGit, workTree } from './sandbox-paths.ts';

const seconds = 120;

/** Makes an untouched work tree hold these changes, then makes sure that it is exactly the tree with this id. */
export async function applyChanges(shell: Shell, changes: Changes, tree: string): Promise<void> {
  await placeChanges(shell, changes);
  const present = [...changes].filter(([, { kind }]) => kind !== 'deleted').map(([path]) => `${path}\0`);
  const found = (await make(shell, treeScript, Buffer.from(present.join('')))).trim();
  if (found === tree) return;
  throw new OperationalError(
    'sandbox_command_failed',
    `The work tree to test is not the tree to publish: it is ${found}, expected ${tree}.`,
  );
}

/** Makes an untouched work tree hold these changes. */
export async function placeChanges(shell: Shell, changes: Changes): Promise<void> {
  const archive = tar.pack();
  for (const [path, change] of changes) {
    if (change.kind === 'link') archive.entry({ name: path, type: 'symlink', linkname: change.target });
    if (change.kind === 'file')
      archive.entry({ name: path, mode: change.executable ? 0o755 : 0o644 }, change.bytes);
  }
  archive.finalize();
  const paths = [...changes.keys()].map((path) => `./${path}\0`);
  await make(shell, 'xargs -0 -r rm -rf --', Buffer.from(paths.join('')));
  // with the sandbox's own time: builds look at what is newer, and its Engine may be on a machine with another clock
  const extract = 'tar --extract --touch --no-same-owner --unlink-first --file=-';
  await make(shell, extract, archive as AsyncIterable<Uint8Array>);
}

/** Computes the work tree's tree id from an index of the base, in a throw-away object directory. */
const treeScript = `
set -e
export GIT_INDEX_FILE=/tmp/.ai-fix-index GIT_OBJECT_DIRECTORY=/tmp/.ai-fix-objects
export GIT_ALTERNATE_OBJECT_DIRECTORIES=${workTree}/.git/objects
mkdir -p "$GIT_OBJECT_DIRECTORY"
cp -p ${referenceGit}/index "$GIT_INDEX_FILE"
work() { git --git-dir=${referenceGit} --work-tree=${workTree} "$@"; }
work add --update
work update-index --add -z --stdin
work write-tree
rm -rf "$GIT_INDEX_FILE" "$GIT_OBJECT_DIRECTORY"`;

async function make(shell: Shell, script: string, input: NonNullable<Command['input']>): Promise<string> {
  const command = { script, input, timeoutSeconds: seconds };
  return outputText(await must(shell, command, 'The tree to test could not be made'));
}
