import { Hono } from 'hono';
import { z } from 'zod';
import { mayChangeWorkflows, reading, visit, visitToWrite, writing } from '../access.ts';
import { resolve } from '../git/git.ts';
import {
  findCommit,
  listTree,
  readBlob,
  readCommit,
  type TreeChange,
  typeOf,
  writeBlob,
  writeCommit,
  writeTree,
} from '../git/objects.ts';
import { type Env, param, type Request, readBody } from '../http.ts';
import { forbiddenToApp, notFound, Refusal } from '../refusal.ts';
import { emailOf, nodeId } from '../render/accounts.ts';
import { base64Lines, personOf, renderGitCommit } from '../render/git.ts';
import { repositoryUrl } from '../render/repositories.ts';
import { type Repository, timestamp, type World } from '../state.ts';

const modes = ['100644', '100755', '040000', '160000', '120000'] as const;
const treeBody = z.object({
  base_tree: z.string().nullish(),
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.enum(modes).default('100644'),
      type: z.enum(['blob', 'tree', 'commit']).optional(),
      sha: z.string().nullish(),
      content: z.string().optional(),
    }),
  ),
});
const blobBody = z.object({ content: z.string(), encoding: z.enum(['utf-8', 'base64']).default('utf-8') });
const person = z.object({ name: z.string(), email: z.string(), date: z.string().optional() });
const commitBody = z.object({
  message: z.string(),
  tree: z.string(),
  parents: z.array(z.string()).default([]),
  author: person.optional(),
  committer: person.optional(),
  signature: z.string().optional(),
});

/** Stands for the signature that GitHub puts on commits which an App makes without naming an author. */
const ourSignature = '-----BEGIN PGP SIGNATURE-----\n\nlocal github\n-----END PGP SIGNATURE-----\n';

/** Blobs, trees and commits. */
export function gitObjectRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();
  const base = '/repos/:owner/:repo/git';
  const read = reading('contents');
  const write = writing('write', 'contents');

  routes.post(`${base}/blobs`, async (c) => {
    const { repository } = visitToWrite(world, c, write);
    const { content, encoding } = await readBody(c, blobBody);
    const bytes = Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8');
    const sha = await writeBlob(repository.git, bytes);
    return c.json({ sha, url: `${repositoryUrl(world, repository)}/git/blobs/${sha}` }, 201);
  });

  routes.get(`${base}/blobs/:sha`, async (c) => {
    const { repository } = visit(world, c, read);
    const sha = await objectParam(c, repository, 'blob');
    const content = await readBlob(repository.git, sha);
    return c.json({
      sha,
      node_id: nodeId('B', sha),
      size: content.length,
      url: `${repositoryUrl(world, repository)}/git/blobs/${sha}`,
      content: base64Lines(content),
      encoding: 'base64',
    });
  });

  routes.post(`${base}/trees`, async (c) => {
    const { repository, actor } = visitToWrite(world, c, write);
    const input = await readBody(c, treeBody);
    if (
      !mayChangeWorkflows(actor) &&
      input.tree.some(({ path }) => /^\.github\/workflows(\/|$)/i.test(path))
    ) {
      throw forbiddenToApp();
    }
    const tree = await makeTree(repository, input);
    return c.json(await renderTree(world, repository, tree, false), 201);
  });

  routes.get(`${base}/trees/:sha{.+}`, async (c) => {
    const { repository } = visit(world, c, read);
    const name = param(c, 'sha');
    const tree = await resolve(repository.git, `${(await findCommit(repository.git, name)) ?? name}^{tree}`);
    if (tree === null) throw notFound();
    return c.json(await renderTree(world, repository, tree, c.req.query('recursive') !== undefined));
  });

  routes.post(`${base}/commits`, async (c) => {
    const { repository, actor, account } = visitToWrite(world, c, write);
    const input = await readBody(c, commitBody);
    if ((await typeOf(repository.git, input.tree)) !== 'tree') {
      throw new Refusal(422, 'Tree SHA does not exist');
    }
    for (const parent of input.parents) {
      if ((await typeOf(repository.git, parent)) !== 'commit') {
        throw new Refusal(422, 'Parent SHA does not exist or is not a commit object');
      }
    }
    const self = personOf(world, account, emailOf(account));
    const author = input.author === undefined ? self : dated(world, input.author);
    const byApp =
      actor.kind === 'installation' && input.author === undefined && input.committer === undefined;
    const sha = await writeCommit(repository.git, {
      tree: input.tree,
      parents: input.parents,
      author,
      committer: input.committer === undefined ? author : dated(world, input.committer),
      message: input.message,
      signature: byApp ? ourSignature : null,
    });
    return c.json(renderGitCommit(world, repository, await readCommit(repository.git, sha)), 201);
  });

  routes.get(`${base}/commits/:sha`, async (c) => {
    const { repository } = visit(world, c, read);
    const sha = await objectParam(c, repository, 'commit');
    return c.json(renderGitCommit(world, repository, await readCommit(repository.git, sha)));
  });

  return routes;
}

async function objectParam(c: Request, repository: Repository, type: string): Promise<string> {
  const sha = param(c, 'sha');
  if ((await typeOf(repository.git, sha)) !== type) throw notFound();
  return sha;
}

function dated(world: World, { name, email, date }: z.infer<typeof person>) {
  return { name, email, date: timestamp(date === undefined ? world.now() : new Date(date)) };
}

async function makeTree(
  repository: Repository,
  { base_tree, tree }: z.infer<typeof treeBody>,
): Promise<string> {
  const base = base_tree == null ? null : await resolve(repository.git, `${base_tree}^{tree}`);
  if (base_tree != null && base === null) throw new Refusal(422, 'base_tree is not a valid tree oid');
  if (tree.length === 0) throw new Refusal(422, 'Invalid tree info');
  const changes: TreeChange[] = [];
  for (const entry of tree) {
    if (isBadPath(entry.path)) throw new Refusal(422, 'tree.path contains a malformed path component');
    changes.push({ path: entry.path, mode: entry.mode, sha: await contentOf(repository, entry) });
  }
  const made = await writeTree(repository.git, base, changes);
  if (made === null) throw new Refusal(422, 'GitRPC::BadObjectState');
  return made;
}

function isBadPath(path: string): boolean {
  return path.split('/').some((part) => ['', '.', '..'].includes(part) || part.toLowerCase() === '.git');
}

async function contentOf(
  repository: Repository,
  { path, mode, sha, content }: z.infer<typeof treeBody>['tree'][number],
): Promise<string | null> {
  if (sha === null) return null;
  if (sha === undefined) {
    if (content === undefined) throw new Refusal(422, `tree.${path} must have either a sha or content`);
    return writeBlob(repository.git, content);
  }
  const type = mode === '040000' ? 'tree' : 'blob';
  if (mode !== '160000' && (await typeOf(repository.git, sha)) !== type) {
    throw new Refusal(422, `tree.sha ${sha} is not a valid ${type}`);
  }
  return sha;
}

async function renderTree(world: World, repository: Repository, sha: string, recursive: boolean) {
  const api = repositoryUrl(world, repository);
  const entries = await listTree(repository.git, sha, recursive);
  return {
    sha,
    url: `${api}/git/trees/${sha}`,
    tree: entries.map((entry) => ({
      path: entry.path,
      mode: entry.mode,
      type: entry.type,
      sha: entry.sha,
      ...(entry.size === null ? {} : { size: entry.size }),
      ...(entry.type === 'commit' ? {} : { url: `${api}/git/${entry.type}s/${entry.sha}` }),
    })),
    truncated: false,
  };
}
