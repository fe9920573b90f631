import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

export interface SentEntry {
  path: string;
  mode: string;
  content?: string;
  sha?: string | null;
}

/** What GitHub's git endpoints do, done by git itself on a bare repository. */
export function gitData(directory: string) {
  const run = async (args: string[], input: string | Uint8Array = '', env: Record<string, string> = {}) => {
    const { stdout } = await execa('git', ['--git-dir', directory, ...args], {
      input,
      env: { GIT_CONFIG_GLOBAL: '/dev/null', ...env },
    });
    return stdout;
  };
  const blob = (bytes: Buffer) => run(['hash-object', '-w', '--stdin'], bytes);
  return {
    blob,
    async tree(base: string, entries: SentEntry[]): Promise<string> {
      const scratch = await mkdtemp(join(tmpdir(), 'ai-fix-test-index-'));
      const env = { GIT_INDEX_FILE: join(scratch, 'index') };
      try {
        await run(['read-tree', base], '', env);
        const lines = await Promise.all(
          entries.map(async ({ path, mode, content, sha }) => {
            const id = content === undefined ? sha : await blob(Buffer.from(content));
            return id == null ? `0 ${'0'.repeat(40)}\t${path}\0` : `${mode} ${id}\t${path}\0`;
          }),
        );
        lines.sort((a) => (a.startsWith('0 ') ? -1 : 1));
        await run(['update-index', '--add', '-z', '--index-info'], lines.join(''), env);
        return await run(['write-tree'], '', env);
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
    commit: ({ tree, parents, message }: { tree: string; parents: string[]; message: string }) =>
      run(['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])], message, {
        GIT_AUTHOR_NAME: 'ai-fix[bot]',
        GIT_AUTHOR_EMAIL: 'bot@example.com',
        GIT_COMMITTER_NAME: 'GitHub',
        GIT_COMMITTER_EMAIL: 'noreply@example.com',
      }),
    async readCommit(id: string) {
      const text = await run(['cat-file', 'commit', id]);
      const head = text.slice(0, text.indexOf('\n\n'));
      return {
        sha: id,
        tree: { sha: /^tree (.*)$/m.exec(head)?.[1] ?? '' },
        parents: [...head.matchAll(/^parent (.*)$/gm)].map((match) => ({ sha: match[1] ?? '' })),
        message: text.slice(text.indexOf('\n\n') + 2),
      };
    },
    readRef: (ref: string) => run(['rev-parse', '--verify', '--quiet', ref]).catch(() => null),
    setRef: (ref: string, commit: string) => run(['update-ref', ref, commit]),
    deleteRef: (ref: string) => run(['update-ref', '-d', ref]),
    isForward: async (from: string, to: string) =>
      run(['merge-base', '--is-ancestor', from, to]).then(
        () => true,
        () => false,
      ),
  };
}
export type GitData = ReturnType<typeof gitData>;
