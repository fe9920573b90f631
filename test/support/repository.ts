import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

export interface TestRepository extends AsyncDisposable {
  directory: string;
  /** Writes files (null removes one), commits everything, and returns the commit's id. */
  commit(files: Record<string, string | Buffer | null>, message?: string): Promise<string>;
  git(...args: string[]): Promise<string>;
}

/** A real git repository in a directory of its own, removed when disposed of. */
export async function createRepository(): Promise<TestRepository> {
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-test-'));
  const git = async (...args: string[]) => {
    const { stdout } = await execa('git', ['-C', directory, ...args], {
      env: {
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: 'A Person',
        GIT_AUTHOR_EMAIL: 'person@example.com',
        GIT_COMMITTER_NAME: 'A Person',
        GIT_COMMITTER_EMAIL: 'person@example.com',
      },
    });
    return stdout;
  };
  await git('init', '--quiet', '--initial-branch=main');
  return {
    directory,
    git,
    async commit(files, message = 'A change') {
      for (const [path, content] of Object.entries(files)) {
        const full = join(directory, path);
        await mkdir(dirname(full), { recursive: true });
        if (content === null) await rm(full);
        else await writeFile(full, content);
      }
      await git('add', '--all', '--force');
      await git('commit', '--quiet', '--allow-empty', '--message', message);
      return git('rev-parse', 'HEAD');
    },
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true, force: true });
    },
  };
}
