import type { Changes, FileChange } from '../core/changes.ts';
import { OperationalError } from '../core/errors.ts';
import type { Repository } from '../core/trigger.ts';
import type { Redact } from '../text/redact.ts';
import {
  createBlob,
  createBranch,
  createCommit,
  createTree,
  getBranch,
  getCommit,
  moveBranch,
  type TreeEntry,
} from './calls/git-data.ts';
import { createDraftPull, getPull } from './calls/pulls.ts';
import type { AppIdentity, GitHub } from './connection/client.ts';
import { hasFault } from './connection/faults.ts';
import type { GitHubApi } from './connection/octokit.ts';

/** Larger texts go as blobs, so that the request of the tree stays small. */
const maximumInlineBytes = 256 * 1024;

/** Publishes to one repository: implements publish's `PublishPort`. Secrets are taken out of all texts. */
export async function openPublishPort(github: GitHub, repository: Repository, redact: Redact) {
  const me = await github.appIdentity(repository);
  const port = createPublishPort(github.forRepository(repository, 'publish'), repository, me);
  return {
    ...port,
    writeCommit: (commit: Parameters<typeof port.writeCommit>[0]) =>
      port.writeCommit({ ...commit, message: redact(commit.message) }),
    openPull: (pull: Parameters<typeof port.openPull>[0]) =>
      port.openPull({ ...pull, title: redact(pull.title), body: redact(pull.body) }),
  };
}

/** The same with texts as they are given. The Octokit is one for `publish`. */
export function createPublishPort(octokit: GitHubApi, repository: Repository, me: AppIdentity) {
  const readCommit = async (id: string) => {
    const commit = await getCommit(octokit, repository, id);
    if (commit === null)
      throw failed(`GitHub does not have commit ${id} any more: it was removed by a forced push`);
    return commit;
  };
  return {
    async readBranch(branch: string) {
      const id = await getBranch(octokit, repository, branch);
      return id === null ? null : readCommit(id);
    },
    async writeTree(base: string, changes: Changes): Promise<string> {
      const { tree } = await readCommit(base);
      return inWords(async () => {
        const entries = [...changes].map(([path, change]) => entryOf(octokit, repository, path, change));
        return createTree(octokit, repository, tree, await Promise.all(entries));
      });
    },
    writeCommit: (commit: { tree: string; parents: string[]; message: string }) =>
      inWords(() => createCommit(octokit, repository, commit)),
    setBranch: (branch: string, commit: string, from: string | null) =>
      inWords(() =>
        from === null
          ? createBranch(octokit, repository, branch, commit)
          : moveBranch(octokit, repository, branch, { from, to: commit }),
      ),
    openPull: (pull: { title: string; body: string; branch: string; commit: string; base: string }) =>
      inWords(() => createDraftPull(octokit, repository, pull, me)),
    async readPull(number: number) {
      const pull = await getPull(octokit, repository, number);
      if (pull === null) return null;
      const { url, state, merged, head } = pull;
      const isOurs = head.repository === repository.id;
      return { url, state, merged, branch: head.branch, head: head.commit, isOurs };
    },
  };
}

/** Text goes into the request of the tree, other bytes as a blob of their own. */
async function entryOf(
  octokit: GitHubApi,
  repository: Repository,
  path: string,
  change: FileChange,
): Promise<TreeEntry> {
  if (change.kind === 'deleted') return { path, mode: '100644', sha: null };
  const bytes = change.kind === 'link' ? Buffer.from(change.target) : change.bytes;
  const mode = change.kind === 'link' ? '120000' : change.executable ? '100755' : '100644';
  const content = asPlainText(bytes);
  if (content !== null) return { path, mode, content };
  return { path, mode, sha: await createBlob(octokit, repository, bytes) };
}

/** The text that stands for exactly these bytes; null where a server might read it differently. */
function asPlainText(bytes: Buffer): string | null {
  if (bytes.length > maximumInlineBytes || bytes.includes(0)) return null;
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) && !text.startsWith('\ufeff') ? text : null;
}

/** GitHub's refusals as failures of publishing; what may pass (limits, faults of the server) stays what it is. */
async function inWords<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!hasFault(error, 'validation', 'forbidden', 'not_found', 'gone')) throw error;
    throw failed((error as Error).message.replace(/\.$/, ''), error);
  }
}

function failed(why: string, cause?: unknown): OperationalError {
  return new OperationalError('publish_failed', `The change could not be published: ${why}.`, { cause });
}
