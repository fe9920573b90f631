import type { TaskText } from '../../agent/first-message.ts';
import { likelyFiles } from '../../agent/localise/likely-files.ts';
import { findPackages } from '../../environment/packages.ts';
import { nearTests, packageTests } from '../../text/near-tests.ts';
import type { CommitFiles } from '../../workspace/commits.ts';
import { sourcesOf } from '../sources.ts';

const rankedFiles = 10;

/**
 * The test files that a fix of an issue most likely concerns, in parts, the nearest first: those near the files that the
 * issue points to, then the others of these files' packages.
 */
export async function relevantTests(issue: TaskText, files: CommitFiles): Promise<string[][]> {
  const sources = await sourcesOf(files);
  const { paths } = sources;
  const ranked = await likelyFiles(issue, sources, rankedFiles);
  const near = nearTests(ranked, paths);
  const ofPackages = packageTests(ranked, await findPackages(files), paths);
  return [near, ofPackages.filter((path) => !near.includes(path))].filter((part) => part.length > 0);
}
