import { Hono } from 'hono';
import { z } from 'zod';
import { hasLevel, reading, visit, visitToWrite, type WritingVisit, writing } from '../access.ts';
import { announceIssue } from '../announce.ts';
import { checkBody, type Env, numberParam, paged, type Request, readBody, sinceOf } from '../http.ts';
import { addLabels, createIssue, createPost, endIssue, removeLabel, reopenIssue } from '../issue-changes.ts';
import { invalid, notFound, Refusal } from '../refusal.ts';
import { nowOf, renderAccount } from '../render/accounts.ts';
import { renderFullIssue, renderTimelineEvent } from '../render/issues.ts';
import { type Account, findAccount, type Issue, type Repository, type World } from '../state.ts';

const labels = z.array(z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]));
const issueBody = z.object({
  title: z.union([z.string(), z.number().transform(String)]),
  body: z.string().nullish(),
  labels: labels.optional(),
  assignees: z.array(z.string()).optional(),
});
const issueChange = z.object({
  title: z.string().optional(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']).optional(),
  state_reason: z.enum(['completed', 'not_planned', 'reopened', 'duplicate']).nullish(),
  labels: labels.optional(),
  assignees: z.array(z.string()).optional(),
});

export function issueOf(c: Request, repository: Repository): Issue {
  const issue = repository.issues.get(numberParam(c, 'number'));
  if (issue === undefined) throw notFound();
  if (issue.pull === null) requireIssues(repository);
  return issue;
}

function requireIssues(repository: Repository): void {
  if (!repository.hasIssues) throw new Refusal(410, 'Issues has been disabled in this repository.');
}

export function issueRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();
  const base = '/repos/:owner/:repo/issues';

  routes.get(base, (c) => {
    const { repository } = visit(world, c, reading('issues'));
    requireIssues(repository);
    const found = repository.issues.values().filter(filterOf(c)).toArray();
    return c.json(
      paged(c, world, ordered(c, found)).map((issue) => renderFullIssue(world, repository, issue)),
    );
  });

  routes.post(base, async (c) => {
    const found = visitToWrite(world, c, writing('read', 'issues'));
    const { repository, actor, account } = found;
    requireIssues(repository);
    const input = await readBody(c, issueBody);
    checkTitle(input.title);
    checkBody(input.body, 'Issue');
    const post = createPost(world, account, actor.kind === 'installation', input.body ?? null);
    const issue = createIssue(world, repository, post, input.title);
    await announceIssue(world, repository, issue, account, 'opened');
    // labels and assignees of people who may not set them are dropped without a word, as GitHub does
    if (hasLevel(world, found, 'triage', 'issues')) {
      await addLabels(world, repository, issue, account, input.labels ?? []);
      await setAssignees(world, found, issue, input.assignees ?? []);
    }
    return c.json(renderFullIssue(world, repository, issue), 201);
  });

  routes.get(`${base}/:number`, (c) => {
    const { repository } = visit(world, c, reading('issues', 'pull_requests'));
    return c.json(renderFullIssue(world, repository, issueOf(c, repository)));
  });

  routes.patch(`${base}/:number`, async (c) => {
    const found = visitToWrite(world, c, writing('read', 'issues', 'pull_requests'));
    const { repository, account } = found;
    const issue = issueOf(c, repository);
    const mine = issue.account.id === account.id;
    if (!mine && !hasLevel(world, found, 'triage', 'issues')) {
      throw new Refusal(403, 'Must have admin rights to Repository.');
    }
    await changeIssue(world, found, issue, await readBody(c, issueChange));
    return c.json(renderFullIssue(world, repository, issue));
  });

  routes.post(`${base}/:number/assignees`, async (c) => {
    const found = visitToWrite(world, c, writing('triage', 'issues', 'pull_requests'));
    const issue = issueOf(c, found.repository);
    const { assignees } = await readBody(c, z.object({ assignees: z.array(z.string()) }));
    const logins = [...issue.assignees.map(({ login }) => login), ...assignees];
    await setAssignees(world, found, issue, logins);
    return c.json(renderFullIssue(world, found.repository, issue), 201);
  });

  for (const [method, locked] of [
    ['put', true],
    ['delete', false],
  ] as const) {
    routes[method](`${base}/:number/lock`, async (c) => {
      const { repository, account } = visitToWrite(world, c, writing('write', 'issues', 'pull_requests'));
      const issue = issueOf(c, repository);
      issue.locked = locked;
      await announceIssue(world, repository, issue, account, locked ? 'locked' : 'unlocked');
      return c.body(null, 204);
    });
  }

  routes.get(`${base}/:number/events`, (c) => {
    const { repository } = visit(world, c, reading('issues', 'pull_requests'));
    const events = issueOf(c, repository).timeline.filter(({ event }) => event !== 'cross-referenced');
    return c.json(paged(c, world, events).map((event) => renderTimelineEvent(world, repository, event)));
  });

  routes.get(`${base}/:number/timeline`, (c) => {
    const { repository } = visit(world, c, reading('issues', 'pull_requests'));
    const { timeline } = issueOf(c, repository);
    return c.json(paged(c, world, timeline).map((event) => renderTimelineEvent(world, repository, event)));
  });

  return routes;
}

/** Changes what is given; every kind of change has its own webhook. */
export async function changeIssue(
  world: World,
  { repository, account }: WritingVisit,
  issue: Issue,
  input: z.infer<typeof issueChange>,
): Promise<void> {
  checkBody(input.body, issue.pull === null ? 'Issue' : 'PullRequest');
  if (input.title !== undefined) checkTitle(input.title);
  const changes = {
    ...(input.title !== undefined && input.title !== issue.title ? { title: { from: issue.title } } : {}),
    ...(input.body !== undefined && input.body !== issue.body ? { body: { from: issue.body ?? '' } } : {}),
  };
  issue.title = input.title ?? issue.title;
  issue.body = input.body === undefined ? issue.body : input.body;
  if (Object.keys(changes).length > 0) {
    issue.updatedAt = nowOf(world);
    await announceIssue(world, repository, issue, account, 'edited', { changes });
  }
  if (input.labels !== undefined) await setLabels(world, repository, issue, account, input.labels);
  if (input.assignees !== undefined) {
    await setAssignees(world, { repository, account }, issue, input.assignees);
  }
  if (input.state === 'closed' && issue.state === 'open') {
    const reason = issue.pull === null ? (input.state_reason ?? 'completed') : null;
    await endIssue(world, repository, issue, account, reason);
  }
  if (input.state === 'open' && issue.state === 'closed') {
    await reopenIssue(world, repository, issue, account);
  }
}

export async function setLabels(
  world: World,
  repository: Repository,
  issue: Issue,
  account: Account,
  names: readonly string[],
): Promise<void> {
  const kept = new Set(names.map((name) => name.toLowerCase()));
  for (const label of issue.labels.filter(({ name }) => !kept.has(name.toLowerCase()))) {
    await removeLabel(world, repository, issue, account, label);
  }
  await addLabels(world, repository, issue, account, names);
}

async function setAssignees(
  world: World,
  { repository, account }: Pick<WritingVisit, 'repository' | 'account'>,
  issue: Issue,
  logins: readonly string[],
): Promise<void> {
  const accounts = new Set(
    logins.map((login) => findAccount(world, login)).filter((one) => one !== undefined),
  );
  const [added, removed] = [
    accounts.difference(new Set(issue.assignees)),
    new Set(issue.assignees).difference(accounts),
  ];
  issue.assignees = [...accounts];
  for (const [action, changed] of [
    ['unassigned', removed],
    ['assigned', added],
  ] as const) {
    for (const one of changed) {
      await announceIssue(world, repository, issue, account, action, { assignee: renderAccount(world, one) });
    }
  }
}

function checkTitle(title: string): void {
  if (title.trim() === '') throw invalid({ resource: 'Issue', code: 'missing_field', field: 'title' });
  if ([...title].length > 256) {
    const message = 'title is too long (maximum is 256 characters)';
    throw invalid({ resource: 'Issue', code: 'custom', field: 'title', message });
  }
}

function filterOf(c: Request): (issue: Issue) => boolean {
  const state = c.req.query('state') ?? 'open';
  const wanted = (c.req.query('labels') ?? '')
    .toLowerCase()
    .split(',')
    .filter((name) => name !== '');
  const creator = c.req.query('creator')?.toLowerCase();
  const since = sinceOf(c);
  return (issue) =>
    (state === 'all' || issue.state === state) &&
    wanted.every((name) => issue.labels.some((label) => label.name.toLowerCase() === name)) &&
    (creator === undefined || issue.account.login.toLowerCase() === creator) &&
    since(issue.updatedAt);
}

/** The newest first unless asked otherwise. */
export function ordered(c: Request, issues: readonly Issue[], direction = c.req.query('direction')): Issue[] {
  const by = c.req.query('sort') === 'updated' ? 'updatedAt' : 'createdAt';
  const sign = direction === 'asc' ? 1 : -1;
  return issues.toSorted((a, b) => sign * (a[by].localeCompare(b[by]) || a.number - b.number));
}
