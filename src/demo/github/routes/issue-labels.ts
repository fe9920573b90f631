import { Hono } from 'hono';
import { z } from 'zod';
import { reading, visit, visitToWrite, writing } from '../access.ts';
import { type Env, paged, param, type Request, readBody } from '../http.ts';
import { addLabels, removeLabel } from '../issue-changes.ts';
import { Refusal } from '../refusal.ts';
import { renderLabel } from '../render/repositories.ts';
import type { Issue, Repository, World } from '../state.ts';
import { issueOf, setLabels } from './issues.ts';

const name = z.union([z.string(), z.object({ name: z.string() }).transform((label) => label.name)]);
const labelsBody = z.union([
  z.array(name),
  z.object({ labels: z.array(name) }).transform(({ labels }) => labels),
]);

/** Labels of issues and pull requests. */
export function issueLabelRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();
  const base = '/repos/:owner/:repo/issues/:number/labels';
  const need = writing('triage', 'issues', 'pull_requests');
  const answer = (c: Request, repository: Repository, issue: Issue) =>
    c.json(issue.labels.map((label) => renderLabel(world, repository, label)));

  routes.get(base, (c) => {
    const { repository } = visit(world, c, reading('issues', 'pull_requests'));
    const { labels } = issueOf(c, repository);
    return c.json(paged(c, world, labels).map((label) => renderLabel(world, repository, label)));
  });

  routes.post(base, async (c) => {
    const { repository, account } = visitToWrite(world, c, need);
    const issue = issueOf(c, repository);
    await addLabels(world, repository, issue, account, await readBody(c, labelsBody));
    return answer(c, repository, issue);
  });

  routes.put(base, async (c) => {
    const { repository, account } = visitToWrite(world, c, need);
    const issue = issueOf(c, repository);
    await setLabels(world, repository, issue, account, await readBody(c, labelsBody));
    return answer(c, repository, issue);
  });

  routes.delete(`${base}/:name`, async (c) => {
    const { repository, account } = visitToWrite(world, c, need);
    const issue = issueOf(c, repository);
    const wanted = param(c, 'name').toLowerCase();
    const label = issue.labels.find((one) => one.name.toLowerCase() === wanted);
    if (label === undefined) throw new Refusal(404, 'Label does not exist');
    await removeLabel(world, repository, issue, account, label);
    return answer(c, repository, issue);
  });

  return routes;
}
