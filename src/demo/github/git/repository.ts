import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from './git.ts';
import { type Person, writeBlob, writeCommit, writeTree } from './objects.ts';
import { writeRef } from './refs.ts';

export type InitialFiles = Record<
  string,
  string | Uint8Array | { content: string | Uint8Array; mode: '100755' | '120000' }
>;

/**
 * Says no to pushes, branch by branch, in GitHub's words. What is protected and whether workflow files may change comes
 * in the environment of the push.
 */
const updateHook = `#!/bin/sh
case " $LOCAL_GITHUB_PROTECTED " in
*" $1 "*)
  echo "error: GH006: Protected branch update failed for $1." >&2
  echo "error: Changes must be made through a pull request." >&2
  exit 1
  ;;
esac
[ -z "$LOCAL_GITHUB_NO_WORKFLOWS" ] && exit 0
[ "$3" = 0000000000000000000000000000000000000000 ] && exit 0
new=$(git rev-parse --verify --quiet "$3:.github/workflows")
for branch in $(git for-each-ref --format='%(objectname)' refs/heads); do
  [ "$new" = "$(git rev-parse --verify --quiet "$branch:.github/workflows")" ] && exit 0
done
echo "refusing to allow a GitHub App to create or update workflow without \\\`workflows\\\` permission" >&2
exit 1
`;

const settings = {
  'http.receivepack': 'true',
  'receive.denyDeleteCurrent': 'ignore',
  'receive.hideRefs': 'refs/pull',
  'uploadpack.allowReachableSHA1InWant': 'true',
  'uploadpack.allowFilter': 'true',
  'gc.auto': '0',
};

/** Makes a bare repository whose branch has one commit with these files. */
export async function createBareRepository(
  path: string,
  branch: string,
  files: InitialFiles,
  author: Person,
): Promise<void> {
  await mkdir(path, { recursive: true });
  await git(path, ['init', '--quiet', '--bare', '--template=', `--initial-branch=${branch}`]);
  for (const [name, value] of Object.entries(settings)) await git(path, ['config', name, value]);
  await mkdir(join(path, 'hooks'), { recursive: true });
  await writeFile(join(path, 'hooks', 'update'), updateHook);
  await chmod(join(path, 'hooks', 'update'), 0o755);
  const changes = [];
  for (const [name, file] of Object.entries(files)) {
    const plain = typeof file === 'string' || file instanceof Uint8Array;
    const { content, mode } = plain ? { content: file, mode: '100644' } : file;
    changes.push({ path: name, mode, sha: await writeBlob(path, content) });
  }
  const tree = await writeTree(path, null, changes);
  if (tree === null) throw new Error('a new repository has nothing to delete');
  const sha = await writeCommit(path, {
    tree,
    parents: [],
    author,
    committer: author,
    message: 'Initial commit',
    signature: null,
  });
  await writeRef(path, `refs/heads/${branch}`, sha);
}
