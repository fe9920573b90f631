import { Hono } from 'hono';
import { reading, visit } from '../access.ts';
import { diffFiles } from '../git/diff.ts';
import { gitText } from '../git/git.ts';
import { findCommit, readCommit } from '../git/objects.ts';
import { commitsSince, listRefs, mergeBase } from '../git/refs.ts';
import { type Env, paged, param } from '../http.ts';
import { notFound, Refusal } from '../refusal.ts';
import { renderCommit, renderFile } from '../render/git.ts';
import { pageUrl, repositoryUrl } from '../render/repositories.ts';
import type { Repository, World } from '../state.ts';

const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const mostFiles = 300;

/** Branches, commits and comparisons. */
export function commitRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();
  const base = '/repos/:owner/:repo';
  const read = reading('contents');

  routes.get(`${base}/branches`, async (c) => {
    const { repository } = visit(world, c, read);
    const refs = await listRefs(repository.git, 'refs/heads/');
    return c.json(
      paged(c, world, refs).map(({ ref, sha }) => {
        const name = ref.slice('refs/heads/'.length);
        const url = `${repositoryUrl(world, repository)}/commits/${sha}`;
        return { name, commit: { sha, url }, ...protectionOf(world, repository, name) };
      }),
    );
  });

  routes.get(`${base}/branches/:branch{.+}`, async (c) => {
    const { repository } = visit(world, c, read);
    const name = param(c, 'branch');
    const refs = await listRefs(repository.git, `refs/heads/${name}`);
    const sha = refs.find(({ ref }) => ref === `refs/heads/${name}`)?.sha;
    if (sha === undefined) throw new Refusal(404, 'Branch not found');
    const self = `${repositoryUrl(world, repository)}/branches/${name}`;
    return c.json({
      name,
      commit: renderCommit(world, repository, await readCommit(repository.git, sha)),
      _links: { self, html: `${pageUrl(world, repository)}/tree/${name}` },
      ...protectionOf(world, repository, name),
    });
  });

  routes.get(`${base}/commits`, async (c) => {
    const { repository } = visit(world, c, read);
    const head = await commitNamed(repository, c.req.query('sha') ?? repository.defaultBranch);
    const path = c.req.query('path');
    const lines = await gitText(repository.git, [
      'rev-list',
      head,
      '--',
      ...(path === undefined ? [] : [path]),
    ]);
    const shas = paged(c, world, lines === '' ? [] : lines.split('\n'));
    return c.json(await renderAll(world, repository, shas));
  });

  routes.get(`${base}/commits/:ref{.+}`, async (c) => {
    const { repository } = visit(world, c, read);
    const commit = await readCommit(repository.git, await commitNamed(repository, param(c, 'ref')));
    const files = await diffFiles(repository.git, commit.parents[0] ?? emptyTree, commit.sha);
    const sum = (key: 'additions' | 'deletions') => files.reduce((total, file) => total + file[key], 0);
    const [additions, deletions] = [sum('additions'), sum('deletions')];
    return c.json({
      ...renderCommit(world, repository, commit),
      stats: { additions, deletions, total: additions + deletions },
      files: files.slice(0, mostFiles).map((file) => renderFile(world, repository, commit.sha, file)),
    });
  });

  routes.get(`${base}/compare/:basehead{.+}`, async (c) => {
    const { repository } = visit(world, c, read);
    const [from = '', to = ''] = param(c, 'basehead').split('...');
    const [base, head] = await Promise.all([
      findCommit(repository.git, from),
      findCommit(repository.git, to),
    ]);
    if (base === null || head === null) throw notFound();
    return c.json(await compare(world, repository, base, head, `${from}...${to}`));
  });

  return routes;
}

/** A commit by branch, tag or id; refused in the words of the commit routes. */
export async function commitNamed(repository: Repository, name: string): Promise<string> {
  const sha = await findCommit(repository.git, name);
  if (sha === null) throw new Refusal(422, `No commit found for SHA: ${name}`);
  return sha;
}

export async function renderAll(world: World, repository: Repository, shas: readonly string[]) {
  const commits = await Promise.all(shas.map((sha) => readCommit(repository.git, sha)));
  return commits.map((commit) => renderCommit(world, repository, commit));
}

function protectionOf(world: World, repository: Repository, name: string) {
  const isProtected = repository.protectedBranches.has(name);
  const checks = { enforcement_level: 'off', contexts: [], checks: [] };
  return {
    protected: isProtected,
    protection: { enabled: isProtected, required_status_checks: checks },
    protection_url: `${repositoryUrl(world, repository)}/branches/${name}/protection`,
  };
}

async function compare(world: World, repository: Repository, base: string, head: string, name: string) {
  const merged = await mergeBase(repository.git, base, head);
  if (merged === null) throw new Refusal(404, 'No common ancestor between the commits.');
  const [ahead, behind, files] = await Promise.all([
    commitsSince(repository.git, head, [merged]),
    commitsSince(repository.git, base, [merged]),
    diffFiles(repository.git, merged, head),
  ]);
  const [first, ancestor] = await renderAll(world, repository, [base, merged]);
  const page = `${pageUrl(world, repository)}/compare/${name}`;
  return {
    url: `${repositoryUrl(world, repository)}/compare/${name}`,
    html_url: page,
    permalink_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    base_commit: first,
    merge_base_commit: ancestor,
    status: statusOf(ahead.length, behind.length),
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: await renderAll(world, repository, ahead.slice(0, 250)),
    files: files.slice(0, mostFiles).map((file) => renderFile(world, repository, head, file)),
  };
}

function statusOf(ahead: number, behind: number): string {
  if (ahead > 0 && behind > 0) return 'diverged';
  if (ahead > 0) return 'ahead';
  return behind > 0 ? 'behind' : 'identical';
}
