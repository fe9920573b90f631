import { Readable } from 'node:stream';
import tar from 'tar-stream';
import type { Changes, FileChange } from '../core/changes.ts';
import { type Command, outputText, type Shell } from '../core/command.ts';
import { OperationalError } from '../core/errors.ts';
import { must } from '../core/must.ts';
import { nulSeparated } from '../text/nul-separated.ts';
import { referenceGit, workTree } from './sandbox-paths.ts';

const maximumEntries = 5000;
const maximumBytes = 64 * 1024 * 1024;
const maximumPathBytes = 4096;
const seconds = 120;

/**
 * Lists what differs from the base, each path with what is there now. The index of the reference is the base's, so
 * nothing that the agent did to the work tree's own .git matters; that is only asked for files that .gitignore hides
 * and the agent added by force.
 */
const differing = `
reference() { git --git-dir=${referenceGit} --work-tree=${workTree} "$@"; }
{
  reference ls-files -z --modified --others --exclude-standard
  comm -z -13 <(reference ls-files -z --cached | sort -z) <(git ls-files -z --cached 2>/dev/null | sort -z)
} | sort -zu`;

const listing = `${differing} | while IFS= read -r -d '' path; do
  case "$path" in */) kind=repository ;; *) kind=deleted ;; esac
  if [ -f "$path" ] || [ -L "$path" ]; then kind=present; fi
  printf '%s %s\\0' $kind "$path"
done`;

/**
 * A text that is another one once a file that differs from the base is written, made or removed. It costs a look at
 * the index and at those files, not their content. Rejects only when the sandbox is gone.
 */
export async function fingerprint(shell: Shell): Promise<string> {
  const script = `${differing} | xargs -0 -r stat --printf '%n %f %s %.9Y %.9Z\\0' 2>&1 | sha256sum`;
  return outputText(await shell.run({ script, timeoutSeconds: seconds }));
}

/**
 * Takes what differs from the base out of a sandbox, as one tar stream that is unpacked in memory by strict rules.
 * Call it when nothing runs in the sandbox any more: the bytes that leave are the ones that count.
 * Rejects with `change_refused` when the change is too large or holds what cannot be in a tree.
 */
export async function exportChanges(shell: Shell): Promise<Changes> {
  const entries = await listEntries(shell);
  if (entries.length > maximumEntries) {
    throw refused(
      `${entries.length} files changed, more than ${maximumEntries}; remove what the tools left behind`,
    );
  }
  const nested = entries.find(({ kind }) => kind === 'repository');
  if (nested !== undefined) {
    throw refused(`${nested.path} is a git repository of its own; remove it or its .git directory`);
  }
  const present = entries.filter(({ kind }) => kind === 'present').map(({ path }) => path);
  const unpacked =
    present.length === 0 ? new Map() : await unpack(await readTar(shell, present), new Set(present));
  return new Map(entries.map(({ path }) => [path, unpacked.get(path) ?? { kind: 'deleted' }]));
}

async function listEntries(shell: Shell): Promise<{ kind: string; path: string }[]> {
  const output = await read(shell, { script: listing, timeoutSeconds: seconds });
  const entries = nulSeparated(output).map((line) => {
    return { kind: line.slice(0, line.indexOf(' ')), path: line.slice(line.indexOf(' ') + 1) };
  });
  const odd = entries.find(
    ({ path }) => path.includes('\ufffd') || Buffer.byteLength(path) > maximumPathBytes,
  );
  if (odd !== undefined)
    throw refused(`the path ${JSON.stringify(odd.path)} is not valid UTF-8, or too long`);
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function readTar(shell: Shell, paths: readonly string[]): Promise<Buffer> {
  const archive = await read(shell, {
    script: `tar --create --null --no-recursion --hard-dereference --files-from=- | head -c ${maximumBytes + 1}`,
    input: Buffer.from(paths.map((path) => `./${path}\0`).join('')),
    timeoutSeconds: seconds,
  });
  if (archive.length > maximumBytes) {
    throw refused(
      `the changed files are over ${maximumBytes / 1024 ** 2} MB; remove what the tools left behind`,
    );
  }
  return archive;
}

async function read(shell: Shell, command: Command): Promise<Buffer> {
  const what = 'The changes could not be read from the sandbox';
  return (await must(shell, { ...command, keep: 'all' }, what)).head;
}

/** Unpacks an archive in memory. Only the files asked for, each once, and only regular files and symbolic links. */
export async function unpack(archive: Buffer, wanted: ReadonlySet<string>): Promise<Map<string, FileChange>> {
  const changes = new Map<string, FileChange>();
  const extract = tar.extract();
  Readable.from([archive]).pipe(extract);
  for await (const entry of extract) {
    const { name, type, mode, linkname, size } = entry.header;
    const path = name.replace(/^\.\//, '');
    if (!wanted.has(path))
      throw refused(`the archive holds ${JSON.stringify(path)}, which was not asked for`);
    if (changes.has(path)) throw refused(`the archive holds ${JSON.stringify(path)} twice`);
    if (type === 'symlink') {
      changes.set(path, { kind: 'link', target: linkname ?? '' });
      entry.resume();
    } else if (type === 'file') {
      if ((size ?? 0) > maximumBytes) throw refused(`${path} is too large`);
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      changes.set(path, {
        kind: 'file',
        executable: ((mode ?? 0) & 0o111) !== 0,
        bytes: Buffer.concat(chunks),
      });
    } else {
      throw refused(`${path} is a ${type}, which cannot be in a commit`);
    }
  }
  const missing = [...wanted].find((path) => !changes.has(path));
  if (missing !== undefined) throw refused(`${missing} could not be read`);
  return changes;
}

function refused(why: string): OperationalError {
  return new OperationalError('change_refused', `The change cannot be taken: ${why}.`);
}
