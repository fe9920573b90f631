import { Hono } from 'hono';
import { z } from 'zod';
import { mayChangeWorkflows, reading, visit, visitToWrite, type WritingVisit, writing } from '../access.ts';
import { typeOf } from '../git/objects.ts';
import { isAncestor, isRefName, listRefs, readRef, workflowsOf, writeRef } from '../git/refs.ts';
import { type Env, paged, param, readBody } from '../http.ts';
import { afterMove } from '../ref-moves.ts';
import { forbiddenToApp, notFound, Refusal } from '../refusal.ts';
import { renderRef } from '../render/git.ts';
import type { Repository, World } from '../state.ts';

const newRef = z.object({ ref: z.string(), sha: z.string() });
const movedRef = z.object({ sha: z.string(), force: z.boolean().default(false) });

/** Branches and tags as refs. */
export function refRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();
  const base = '/repos/:owner/:repo/git';
  const read = reading('contents');
  const write = writing('write', 'contents');

  routes.get(`${base}/ref/:ref{.+}`, async (c) => {
    const { repository } = visit(world, c, read);
    const found = await readRef(repository.git, `refs/${param(c, 'ref')}`);
    if (found === null) throw notFound();
    return c.json(renderRef(world, repository, found));
  });

  routes.get(`${base}/matching-refs/:ref{.*}`, async (c) => {
    const { repository } = visit(world, c, read);
    const found = await listRefs(repository.git, `refs/${param(c, 'ref')}`);
    return c.json(paged(c, world, found).map((ref) => renderRef(world, repository, ref)));
  });

  routes.post(`${base}/refs`, async (c) => {
    const found = visitToWrite(world, c, write);
    const { repository, account } = found;
    const { ref, sha } = await readBody(c, newRef);
    if (!/^refs\/[^/]+\/./.test(ref) || !(await isRefName(ref)) || ref.startsWith('refs/pull/')) {
      throw new Refusal(422, `${ref} is not a valid ref name.`);
    }
    const type = await typeOf(repository.git, sha);
    if (type === null || (ref.startsWith('refs/heads/') && type !== 'commit')) {
      throw new Refusal(422, 'Object does not exist');
    }
    const others = await listRefs(repository.git, 'refs/');
    if (others.some((other) => other.ref === ref)) throw new Refusal(422, 'Reference already exists');
    if (others.some((other) => other.ref.startsWith(`${ref}/`) || ref.startsWith(`${other.ref}/`))) {
      throw new Refusal(422, 'Reference update failed');
    }
    await checkWorkflows(found, sha);
    await writeRef(repository.git, ref, sha);
    await afterMove(world, repository, { ref, before: null, after: sha }, account);
    return c.json(renderRef(world, repository, { ref, sha, type }), 201);
  });

  routes.patch(`${base}/refs/:ref{.+}`, async (c) => {
    const found = visitToWrite(world, c, write);
    const { repository, account } = found;
    const { ref, sha: before } = await existing(repository, `refs/${param(c, 'ref')}`);
    const { sha, force } = await readBody(c, movedRef);
    const type = await typeOf(repository.git, sha);
    if (type === null) throw new Refusal(422, 'Object does not exist');
    checkProtection(repository, ref);
    if (!force && !(await isAncestor(repository.git, before, sha))) {
      throw new Refusal(422, 'Update is not a fast forward');
    }
    await checkWorkflows(found, sha);
    await writeRef(repository.git, ref, sha);
    if (sha !== before) await afterMove(world, repository, { ref, before, after: sha }, account);
    return c.json(renderRef(world, repository, { ref, sha, type }));
  });

  routes.delete(`${base}/refs/:ref{.+}`, async (c) => {
    const { repository, account } = visitToWrite(world, c, write);
    const { ref, sha: before } = await existing(repository, `refs/${param(c, 'ref')}`);
    checkProtection(repository, ref);
    if (ref === `refs/heads/${repository.defaultBranch}`) {
      throw new Refusal(422, 'Cannot delete the default branch');
    }
    await writeRef(repository.git, ref, null);
    await afterMove(world, repository, { ref, before, after: null }, account);
    return c.body(null, 204);
  });

  return routes;
}

async function existing(repository: Repository, name: string) {
  const found = name.startsWith('refs/pull/') ? null : await readRef(repository.git, name);
  if (found === null) throw new Refusal(422, 'Reference does not exist');
  return found;
}

function checkProtection(repository: Repository, ref: string): void {
  if (repository.protectedBranches.has(ref.replace(/^refs\/heads\//, ''))) {
    throw new Refusal(422, 'Changes must be made through a pull request.');
  }
}

/** Without that permission an App brings no workflow files but those that some branch has already. */
async function checkWorkflows({ repository, actor }: WritingVisit, sha: string): Promise<void> {
  if (mayChangeWorkflows(actor)) return;
  const wanted = await workflowsOf(repository.git, sha);
  for (const branch of await listRefs(repository.git, 'refs/heads/')) {
    if ((await workflowsOf(repository.git, branch.sha)) === wanted) return;
  }
  throw forbiddenToApp();
}
