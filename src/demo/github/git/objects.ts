import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { nulSeparated } from '../../../text/nul-separated.ts';
import { git, gitFields, gitText, resolve } from './git.ts';

export interface Person {
  name: string;
  email: string;
  /** UTC, whole seconds. */
  date: string;
}

export interface Commit {
  sha: string;
  tree: string;
  parents: string[];
  author: Person;
  committer: Person;
  message: string;
  signature: string | null;
}

export interface TreeEntry {
  mode: string;
  type: 'blob' | 'tree' | 'commit';
  sha: string;
  size: number | null;
  path: string;
}

const objectId = /^[0-9a-f]{40}$/;

export async function typeOf(directory: string, sha: string): Promise<string | null> {
  if (!objectId.test(sha)) return null;
  const { code, output } = await git(directory, ['cat-file', '-t', sha], { answers: [1, 128] });
  return code === 0 ? output.toString('utf8').trim() : null;
}

export async function writeBlob(directory: string, content: Uint8Array | string): Promise<string> {
  return gitText(directory, ['hash-object', '-w', '--stdin'], { input: content });
}

export async function readBlob(directory: string, sha: string): Promise<Buffer> {
  return (await git(directory, ['cat-file', 'blob', sha])).output;
}

/** The message is stored as it is, without a newline at its end. */
export async function writeCommit(directory: string, commit: Omit<Commit, 'sha'>): Promise<string> {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${printPerson(commit.author)}`,
    `committer ${printPerson(commit.committer)}`,
    ...(commit.signature === null ? [] : [`gpgsig ${commit.signature.replaceAll('\n', '\n ')}`]),
  ];
  return gitText(directory, ['hash-object', '-t', 'commit', '-w', '--stdin'], {
    input: `${lines.join('\n')}\n\n${commit.message}`,
  });
}

export async function readCommit(directory: string, sha: string): Promise<Commit> {
  const text = (await git(directory, ['cat-file', 'commit', sha])).output.toString('utf8');
  const end = text.indexOf('\n\n');
  const headers = text
    .slice(0, end)
    .replaceAll('\n ', '\0')
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const);
  const header = (name: string) => headers.find(([key]) => key === name)?.[1];
  return {
    sha,
    tree: header('tree') ?? '',
    parents: headers.filter(([key]) => key === 'parent').map(([, value]) => value),
    author: parsePerson(header('author') ?? ''),
    committer: parsePerson(header('committer') ?? ''),
    message: text.slice(end + 2),
    signature: header('gpgsig')?.replaceAll('\0', '\n') ?? null,
  };
}

function printPerson({ name, email, date }: Person): string {
  return `${name} <${email}> ${Math.floor(Date.parse(date) / 1000)} +0000`;
}

function parsePerson(line: string): Person {
  const [, name = '', email = '', seconds = '0'] = /^(.*?) ?<(.*)> (\d+)/.exec(line) ?? [];
  return { name, email, date: new Date(Number(seconds) * 1000).toISOString().replace('.000', '') };
}

export async function listTree(directory: string, tree: string, recursive: boolean): Promise<TreeEntry[]> {
  const flags = recursive ? ['-r', '-t'] : [];
  const lines = await gitFields(directory, ['ls-tree', '-z', '-l', ...flags, tree]);
  return lines.map((line) => {
    const [, mode = '', type = '', sha = '', size = '', path = ''] =
      /^(\d+) (\w+) (\w+) +(\S+)\t(.*)$/s.exec(line) ?? [];
    return { mode, type: type as TreeEntry['type'], sha, size: size === '-' ? null : Number(size), path };
  });
}

/** An entry of a tree to make; a `sha` of null takes the path away. */
export interface TreeChange {
  path: string;
  mode: string;
  sha: string | null;
}

/**
 * Applies changes to a tree through an index of its own, so that directories come and go as in git. The answer is null
 * when a path to take away is not there.
 */
export async function writeTree(
  directory: string,
  base: string | null,
  changes: readonly TreeChange[],
): Promise<string | null> {
  const env = { GIT_INDEX_FILE: join(directory, `index-${randomUUID()}`) };
  try {
    await git(directory, ['read-tree', base ?? '--empty'], { env });
    const { output } = await git(directory, ['ls-files', '-z'], { env });
    const present = nulSeparated(output);
    const removed = changes.filter(({ sha }) => sha === null).map(({ path }) => pathsAt(present, path));
    if (removed.some((paths) => paths.length === 0)) return null;
    const input = [
      ...[...removed.flat(), ...replacedBy(changes, present)].map((path) => `0 ${'0'.repeat(40)}\t${path}\0`),
      ...(await additions(directory, changes)).map(({ path, mode, sha }) => `${mode} ${sha}\t${path}\0`),
    ];
    await git(directory, ['update-index', '--replace', '-z', '--index-info'], { env, input: input.join('') });
    return await gitText(directory, ['write-tree'], { env });
  } finally {
    await rm(env.GIT_INDEX_FILE, { force: true });
  }
}

function pathsAt(present: readonly string[], path: string): string[] {
  return present.filter((other) => other === path || other.startsWith(`${path}/`));
}

/** A whole tree that is put somewhere takes the place of what was there. */
function replacedBy(changes: readonly TreeChange[], present: readonly string[]): string[] {
  return changes
    .filter(({ mode, sha }) => mode === '040000' && sha !== null)
    .flatMap(({ path }) => pathsAt(present, path));
}

async function additions(directory: string, changes: readonly TreeChange[]): Promise<TreeChange[]> {
  const lists = await Promise.all(
    changes.map(async (change) => {
      if (change.sha === null) return [];
      if (change.mode !== '040000') return [change];
      const entries = await listTree(directory, change.sha, true);
      return entries
        .filter(({ type }) => type !== 'tree')
        .map(({ path, mode, sha }) => ({ path: `${change.path}/${path}`, mode, sha }));
    }),
  );
  return lists.flat();
}

/** The commit that a branch, a tag or an id (also a short one) names. */
export async function findCommit(directory: string, name: string): Promise<string | null> {
  const names = [`refs/heads/${name}`, `refs/tags/${name}`, name];
  for (const candidate of name === 'HEAD' ? ['HEAD'] : names) {
    const sha = await resolve(directory, `${candidate}^{commit}`);
    if (sha !== null) return sha;
  }
  return null;
}
