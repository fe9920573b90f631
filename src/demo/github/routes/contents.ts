import { Hono } from 'hono';
import { reading, visit } from '../access.ts';
import { resolve } from '../git/git.ts';
import { findCommit, listTree, readBlob, type TreeEntry } from '../git/objects.ts';
import { type Env, param } from '../http.ts';
import { notFound, Refusal } from '../refusal.ts';
import { base64Lines } from '../render/git.ts';
import { pageUrl, repositoryUrl } from '../render/repositories.ts';
import type { Repository, World } from '../state.ts';

const largestListed = 1024 * 1024;
const kinds = { blob: 'file', tree: 'dir', commit: 'submodule' } as const;

/** Files and directories of a commit. */
export function contentRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();
  for (const path of ['/repos/:owner/:repo/contents', '/repos/:owner/:repo/contents/:path{.*}']) {
    routes.get(path, async (c) => {
      const { repository } = visit(world, c, reading('contents'));
      const ref = c.req.query('ref') ?? repository.defaultBranch;
      const commit = await findCommit(repository.git, ref);
      if (commit === null) throw new Refusal(404, `No commit found for the ref ${ref}`);
      const name = param(c, 'path').replace(/^\/+|\/+$/g, '');
      const entry = name === '' ? null : await entryAt(repository, commit, name);
      if (entry !== null && entry.type !== 'tree') {
        const file = await renderFile(world, repository, entry, ref);
        const raw = c.req.header('accept')?.includes('raw') === true;
        if (!raw) return c.json(file);
        c.header('content-type', 'application/vnd.github.raw+json; charset=utf-8');
        return c.body(new Uint8Array(await readBlob(repository.git, entry.sha)));
      }
      const tree = await resolve(repository.git, `${commit}:${name}`);
      if (tree === null) throw notFound();
      const prefix = name === '' ? '' : `${name}/`;
      const entries = await listTree(repository.git, tree, false);
      return c.json(
        entries.map((one) => renderEntry(world, repository, { ...one, path: prefix + one.path }, ref)),
      );
    });
  }
  return routes;
}

async function entryAt(repository: Repository, commit: string, path: string): Promise<TreeEntry | null> {
  const at = path.lastIndexOf('/');
  const directory = await resolve(repository.git, `${commit}:${path.slice(0, Math.max(at, 0))}`);
  if (directory === null) throw notFound();
  const found = (await listTree(repository.git, directory, false)).find(
    (entry) => entry.path === path.slice(at + 1),
  );
  if (found === undefined) throw notFound();
  return { ...found, path };
}

async function renderFile(world: World, repository: Repository, entry: TreeEntry, ref: string) {
  const rendered = renderEntry(world, repository, entry, ref);
  if (entry.type === 'commit') return { ...rendered, submodule_git_url: '' };
  const content = await readBlob(repository.git, entry.sha);
  if (entry.mode === '120000') return { ...rendered, target: content.toString('utf8') };
  if (content.length > largestListed) return { ...rendered, content: '', encoding: 'none' };
  return { ...rendered, content: base64Lines(content), encoding: 'base64' };
}

function renderEntry(world: World, repository: Repository, entry: TreeEntry, ref: string) {
  const api = repositoryUrl(world, repository);
  const path = entry.path.split('/').map(encodeURIComponent).join('/');
  const self = `${api}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const gitUrl = `${api}/git/${entry.type === 'tree' ? 'trees' : 'blobs'}/${entry.sha}`;
  const kind = entry.type === 'tree' ? 'tree' : 'blob';
  const page = `${pageUrl(world, repository)}/${kind}/${ref}/${path}`;
  return {
    name: entry.path.slice(entry.path.lastIndexOf('/') + 1),
    path: entry.path,
    sha: entry.sha,
    size: entry.size ?? 0,
    url: self,
    html_url: page,
    git_url: gitUrl,
    download_url: entry.type === 'blob' ? page.replace('/blob/', '/raw/') : null,
    type: entry.mode === '120000' ? 'symlink' : kinds[entry.type],
    _links: { self, git: gitUrl, html: page },
  };
}
