import type { Sources } from '../agent/localise/likely-files.ts';
import type { CommitFiles } from '../workspace/commits.ts';

/** A commit's files, as the agent's first message is made of them. */
export async function sourcesOf(files: CommitFiles): Promise<Sources> {
  return { paths: await files.paths(), read: files.readAll, ids: files.ids };
}
