import { isDeepStrictEqual } from 'node:util';
import { Octokit } from '@octokit/rest';
import type { RunEnd } from '../../src/core/run-record.ts';
import { type LocalGitHub, startLocalGitHub } from '../../src/demo/github/server.ts';
import { parseScript } from '../../src/demo/scripted-model/script.ts';
import { type ScriptedModel, startScriptedModel } from '../../src/demo/scripted-model/server.ts';
import { sumsFiles, sumsIssue } from '../../src/demo/sums.ts';
import { sumsScript } from '../../src/demo/sums-script.ts';
import { readView, type View } from '../../test/support/kills/view.ts';

interface Repository {
  owner: string;
  repo: string;
  id: number;
}

export interface Labelled {
  repository: Repository;
  number: number;
  /** When it was labelled, by `performance.now`. */
  at: number;
}

/** How an issue came to its end. */
export interface Judgement {
  issue: Labelled;
  /** `told`: not as wanted, but people see why, and nothing is there twice. */
  kind: 'right' | 'told' | 'wrong';
  why: string;
}

/** A GitHub with several owners whose issues are all fixed by the same script. */
export interface Load extends AsyncDisposable {
  github: LocalGitHub;
  model: ScriptedModel;
  repositories: Repository[];
  /** Files issues one after the other, and labels them: so many, in turns over these repositories. */
  label(count: number, repositories?: readonly Repository[]): Promise<Labelled[]>;
  view(issue: Labelled): Promise<View>;
  /** Takes what this issue shows for what all should show. */
  takeAsModel(issue: Labelled): Promise<void>;
  judge(issue: Labelled, end: RunEnd | null): Promise<Judgement>;
}

export async function startLoad(owners: readonly string[], repositoriesEach: number): Promise<Load> {
  await using opened = new AsyncDisposableStack();
  const github = opened.use(await startLocalGitHub());
  const model = opened.use(await startScriptedModel({ script: parseScript(sumsScript) }));
  github.createUser('maya');
  const repositories: Repository[] = [];
  for (const owner of owners) {
    github.createOrganisation(owner);
    for (let index = 1; index <= repositoriesEach; index++) {
      repositories.push(await createRepository(github, owner, `sums-${index}`));
    }
    github.installApp(owner);
  }
  const maya = new Octokit({ auth: github.tokenFor('maya'), baseUrl: github.apiUrl });
  let wanted: View | null = null;
  const view = ({ repository: { owner, repo }, number }: Labelled) => readView(maya, { owner, repo }, number);
  const held = opened.move();
  return {
    github,
    model,
    repositories,
    view,
    async label(count, among = repositories) {
      const issues: Labelled[] = [];
      for (let index = 0; index < count; index++) {
        const repository = among[index % among.length];
        if (repository === undefined) throw new Error('no repository to file an issue in');
        issues.push(await labelOne(maya, repository));
      }
      return issues;
    },
    async takeAsModel(issue) {
      wanted = await view(issue);
    },
    async judge(issue, end) {
      if (end === null) return { issue, kind: 'wrong', why: 'it did not end' };
      const seen = await view(issue);
      if (end.outcome === 'proven' && isDeepStrictEqual(seen, wanted))
        return { issue, kind: 'right', why: end.why };
      const isTold =
        end.outcome !== 'proven' && isOnce(seen) && !(seen.comments[0] ?? '').includes('Working');
      return {
        issue,
        kind: isTold ? 'told' : 'wrong',
        why: isTold ? `${end.outcome}: ${end.why}` : `${end.outcome}: ${end.why}; ${JSON.stringify(seen)}`,
      };
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

async function createRepository(github: LocalGitHub, owner: string, repo: string): Promise<Repository> {
  const { id } = await github.createRepository(owner, repo, { files: sumsFiles });
  github.setPermission(`${owner}/${repo}`, 'maya', 'write');
  return { owner, repo, id };
}

async function labelOne({ rest }: Octokit, repository: Repository): Promise<Labelled> {
  const { owner, repo } = repository;
  const { data } = await rest.issues.create({ owner, repo, ...sumsIssue });
  await rest.issues.addLabels({ owner, repo, issue_number: data.number, labels: ['ai-fix'] });
  return { repository, number: data.number, at: performance.now() };
}

function isOnce({ branches, pulls, comments }: View): boolean {
  return branches <= 1 && pulls.length <= 1 && comments.length === 1;
}
