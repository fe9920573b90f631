import type { Published } from '../core/published.ts';
import { repository, type Scene } from '../demo/scene.ts';
import type { FinishedRun } from './demo-runs.ts';

/** A pull request of the demo, as GitHub has it. */
export interface DemoPull {
  number: number;
  draft: boolean;
  /** The commit at its head, and how many there are. */
  head: string;
  commits: number;
  /** Of the first commit: the tree that was verified. */
  tree: string;
  title: string;
  body: string;
  diff: string;
}

/** Reads the pull request that a run published. */
export async function readPull({ maintainer }: Scene, { pull, commit }: Published): Promise<DemoPull> {
  const where = { ...repository, pull_number: pull };
  const { data } = await maintainer.rest.pulls.get(where);
  const { data: diff } = await maintainer.rest.pulls.get({ ...where, mediaType: { format: 'diff' } });
  const { data: pushed } = await maintainer.rest.git.getCommit({ ...repository, commit_sha: commit });
  return {
    number: data.number,
    draft: data.draft ?? false,
    head: data.head.sha,
    commits: data.commits,
    tree: pushed.tree.sha,
    title: data.title,
    body: data.body ?? '',
    diff: String(diff),
  };
}

/** Shows what people see on GitHub. */
export async function printGitHub(
  { maintainer }: Scene,
  issue: number,
  pull: DemoPull | null,
): Promise<void> {
  const { data } = await maintainer.rest.issues.listComments({ ...repository, issue_number: issue });
  for (const { user, body } of data) print(`Comment of ${user?.login} on issue #${issue}`, body ?? '');
  if (pull === null) return;
  print(`${pull.draft ? 'Draft pull' : 'Pull'} request #${pull.number}: ${pull.title}`, pull.body);
  print('Its change', pull.diff);
}

function print(title: string, text: string): void {
  process.stdout.write(`\n${title}\n${'='.repeat(title.length)}\n${text.trimEnd()}\n`);
}

/** Shows what a run proved, and how long it took. */
export function printRun(title: string, { outcome, why, verification, stages, seconds }: FinishedRun): void {
  const proof = verification?.red_to_green.map((id) => `  red to green  ${id}`) ?? [];
  const times = [...stages, { name: 'all of it', seconds }].map(
    (stage) => `  ${stage.name.padEnd(12)}${stage.seconds.toFixed(1).padStart(6)} s`,
  );
  print(title, [`${outcome}: ${why}`, ...proof, ...times].join('\n'));
}

/** The last line of the JSON form. */
export function resultOf(ok: boolean, pull: DemoPull | null, first: FinishedRun, retry: FinishedRun | null) {
  const { title: _, body: __, diff: ___, ...facts } = pull ?? { title: '', body: '', diff: '' };
  return {
    type: 'demo',
    ok,
    outcome: first.outcome,
    pull_request: pull === null ? null : facts,
    verification: first.verification,
    stages: first.stages,
    seconds: first.seconds,
    retry:
      retry === null
        ? null
        : {
            outcome: retry.outcome,
            verification: retry.verification,
            tree: retry.published?.tree ?? null,
            stages: retry.stages,
            seconds: retry.seconds,
          },
  };
}
