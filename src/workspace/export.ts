import { Readable } from 'node:stream';
import tar from 'tar-stream';
import type { Changes, FileChange } from '../core/changes.ts';
import { type Command, outputText, type Shell, succeeded } from '../core/command.ts';
import { OperationalError } from '../core/errors.ts';
import { referenceGit, workTree } from './sandbox-paths.ts';

const maximumEntries = 5000;
const maximumBytes = 64 * 1024 * 1024;
const maximumPathBytes = 4096;
const seconds = 120;

const reference = `git --git-dir=${referenceGit} --work-tree=${workTree}`;

/**
 * Takes what differs from the base out of a sandbox, as one tar stream that is unpacked in memory by strict rules.
 * Call it when nothing runs in the sandbox any more: the bytes that leave are the ones that count.
 * Rejects with `change_refused` when the change is too large or holds what cannot be in a tree.
 */
export async function exportChanges(shell: Shell): Promise<Changes> {
  const deleted = await listPaths(shell, `${reference} ls-files -z --deleted`);
  const present = await listPaths(
    shell,
    `{ ${reference} ls-files -z --modified --others --exclude-standard; ${addedByHand}; } | sort -zu`,
  );
  const gone = new Set(deleted);
  const wanted = present.filter((path) => !gone.has(path));
  const nested = wanted.find((path) => path.endsWith('/'));
  if (nested !== undefined) {
    throw refused(`${nested} is a git repository of its own; remove it or its .git directory`);
  }
  if (wanted.length + gone.size > maximumEntries) {
    throw refused(
      `${wanted.length + gone.size} files changed, more than ${maximumEntries}; remove what the tools left behind`,
    );
  }
  const changes = new Map<string, FileChange>(deleted.map((path) => [path, { kind: 'deleted' }]));
  if (wanted.length > 0) {
    for (const [path, change] of await unpack(await readTar(shell, wanted), new Set(wanted)))
      changes.set(path, change);
  }
  return new Map([...changes].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Files that .gitignore hides but the agent added with `git add --force`. */
const addedByHand = `git ls-files -z --cached > /tmp/.ai-fix-mine 2>/dev/null; ${reference} ls-files -z --cached > /tmp/.ai-fix-base; sort -z /tmp/.ai-fix-mine > /tmp/.ai-fix-a; sort -z /tmp/.ai-fix-base > /tmp/.ai-fix-b; comm -z -23 /tmp/.ai-fix-a /tmp/.ai-fix-b | while IFS= read -r -d '' path; do if [ -e "$path" ] || [ -L "$path" ]; then printf '%s\\0' "$path"; fi; done`;

async function listPaths(shell: Shell, script: string): Promise<string[]> {
  const output = await read(shell, { script, timeoutSeconds: seconds });
  const paths = output
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
  const odd = paths.find((path) => path.includes('\ufffd') || Buffer.byteLength(path) > maximumPathBytes);
  if (odd !== undefined) throw refused(`the path ${JSON.stringify(odd)} is not valid UTF-8, or too long`);
  return paths;
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
  const result = await shell.run({ ...command, keep: 'all' });
  if (succeeded(result)) return result.head;
  const said = outputText(result).slice(0, 2000).trim();
  throw new OperationalError(
    'sandbox_command_failed',
    `The changes could not be read from the sandbox: ${said}`,
  );
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
