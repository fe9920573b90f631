import { readJobs } from '../ci/jobs.ts';
import { workflowPaths } from '../ci/workflow-paths.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { type Tree, tableAt, textsAt, valueAt } from '../tree.ts';
import type { PythonProject } from './project.ts';

/** Lines of scripts in which a repository may run its tests, the likeliest first. */
export async function scriptLines({ files, pyproject }: PythonProject): Promise<string[]> {
  return [...taskLines(pyproject), ...(await makefileLines(files)), ...(await workflowLines(files))];
}

/** The steps of the workflows, those first that are named for tests. */
async function workflowLines(files: RepositoryFiles): Promise<string[]> {
  const paths = workflowPaths(await files.paths());
  const rank = (path: string) => (/test|ci|build|main|python/i.test(path) ? 0 : 1);
  const jobs = await readJobs(
    files,
    paths.toSorted((a, b) => rank(a) - rank(b)),
  );
  return jobs.flatMap(({ steps }) => steps.map(({ run }) => run));
}

/** Scripts of PDM, hatch, Poe and taskipy that are named for tests. */
function taskLines(pyproject: Tree): string[] {
  const tables = [
    ...[
      ['pdm', 'scripts'],
      ['poe', 'tasks'],
      ['taskipy', 'tasks'],
    ].map((keys) => tableAt(pyproject, 'tool', ...keys)),
    ...Object.keys(tableAt(pyproject, 'tool', 'hatch', 'envs')).map((name) =>
      tableAt(pyproject, 'tool', 'hatch', 'envs', name, 'scripts'),
    ),
  ];
  return tables.flatMap((table) =>
    Object.keys(table)
      .filter((name) => /^(run-)?(tests?|unit|pytest)/.test(name))
      .flatMap((name) => [...textsAt(table, name), ...textsAt(valueAt(table, name), 'cmd')])
      .map((line) => line.replace(/\{args(?::([^}]*))?\}/g, '$1')),
  );
}

/** The recipes of a Makefile's targets that are named for tests. */
async function makefileLines(files: RepositoryFiles): Promise<string[]> {
  const text = (await files.read('Makefile')) ?? '';
  const recipes = text.matchAll(/^(?:tests?|unit\w*|check|coverage)\s*:(?!=).*\n((?:\t.*(?:\n|$))+)/gm);
  return [...recipes].flatMap(([, recipe = '']) =>
    recipe
      .replaceAll('\\\n', ' ')
      .split('\n')
      .map((line) =>
        line
          .trim()
          .replace(/^[@-]+/, '')
          .replace(/\$\$\{\w+:-([^}]*)\}/g, '$1')
          .replace(/\$\([^)]*\)/g, ''),
      ),
  );
}
