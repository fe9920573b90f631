import { sumsIssue as issue, sumsFiles } from '../../src/demo/sums.ts';
import { createRepository, type TestRepository } from './repository.ts';

export { fixedTotal, newTest, sumsFiles } from '../../src/demo/sums.ts';

export const sumsIssue = `# ${issue.title}\n\n${issue.body}\n`;

/** The small program of the demo in a real repository with one commit, which it returns. */
export async function createSums(
  more: Record<string, string> = {},
): Promise<TestRepository & { base: string }> {
  const repository = await createRepository();
  const base = await repository.commit({ ...sumsFiles, ...more }, 'Sums');
  return Object.assign(repository, { base });
}
