import { workflowPaths } from '../ci/workflow-paths.ts';
import { yamlOrNull } from '../parse-or-null.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { majorOf, newestAt } from './node-majors.ts';

/** Names of whatever is the newest. */
const newestNames = /^(node|stable|current|latest|lts(\/\*)?)$/i;

/** The newest that a workflow names, or where none does, Travis; none where one of them cannot be told. */
export async function newestInCi(files: RepositoryFiles): Promise<number | null> {
  const workflows = workflowPaths(await files.paths());
  for (const paths of [workflows, ['.travis.yml']]) {
    const texts = [...(await files.readAll(paths)).values()];
    const found = texts.flatMap((text) => versionsIn(yamlOrNull(text)));
    if (found.length === 0 && texts.some((text) => text.includes('setup-node'))) return null;
    if (found.length === 0) continue;
    const newest = newestAt(await files.committedAt());
    const plain = found.map((text) => (newestNames.test(text) ? newest : majorOf(text)));
    const known = plain.filter((major) => major !== null);
    return known.length < plain.length ? null : Math.max(...known);
  }
  return null;
}

function versionsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    /^node(_js|[-_]?versions?)?$/i.test(name) ? plainValues(inner) : versionsIn(inner),
  );
}

/** A matrix's values stand where they are listed; an expression only points there. */
function plainValues(value: unknown): string[] {
  const values = Array.isArray(value) ? value : [value];
  return values
    .filter((each) => typeof each === 'string' || typeof each === 'number')
    .map(String)
    .filter((each) => !each.includes('${{'));
}
