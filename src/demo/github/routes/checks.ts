import { Hono } from 'hono';
import { z } from 'zod';
import { reading, visit, visitToWrite, type WritingVisit, writing } from '../access.ts';
import { announce } from '../announce.ts';
import { typeOf } from '../git/objects.ts';
import { type Env, numberParam, paged, param, type Request, readBody } from '../http.ts';
import { openSuite } from '../ref-moves.ts';
import { invalid, notFound, Refusal } from '../refusal.ts';
import { nowOf } from '../render/accounts.ts';
import { renderAnnouncedRun, renderCheckRun, renderSuite } from '../render/checks.ts';
import { type Account, type CheckRun, type Repository, timestamp, type World } from '../state.ts';
import { commitNamed } from './commits.ts';

const annotation = z.looseObject({
  path: z.string(),
  start_line: z.number(),
  end_line: z.number(),
  annotation_level: z.enum(['notice', 'warning', 'failure']),
  message: z.string(),
});
const change = z.object({
  name: z.string().optional(),
  status: z.enum(['queued', 'in_progress', 'completed']).optional(),
  conclusion: z
    .enum(['action_required', 'cancelled', 'failure', 'neutral', 'success', 'skipped', 'timed_out'])
    .optional(),
  started_at: z.string().optional(),
  completed_at: z.string().optional(),
  external_id: z.string().optional(),
  details_url: z.string().optional(),
  output: z
    .object({
      title: z.string().optional(),
      summary: z.string(),
      text: z.string().optional(),
      annotations: z.array(annotation).optional(),
    })
    .optional(),
  actions: z
    .array(z.object({ label: z.string(), description: z.string(), identifier: z.string() }))
    .optional(),
});
const creation = change.extend({ name: z.string(), head_sha: z.string() });
type Change = z.infer<typeof change>;

/** Check runs and suites. Only Apps write them. */
export function checkRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();
  const base = '/repos/:owner/:repo';
  const read = reading('checks');

  routes.post(`${base}/check-runs`, async (c) => {
    const found = visitAsApp(world, c);
    const { repository, account } = found;
    const input = await readBody(c, creation);
    if ((await typeOf(repository.git, input.head_sha)) !== 'commit') {
      throw new Refusal(422, `No commit found for SHA: ${input.head_sha}`);
    }
    checkLimits(input);
    const suite =
      repository.suites.find(({ sha }) => sha === input.head_sha) ??
      openSuite(world, repository, input.head_sha, null, null);
    const run: CheckRun = {
      id: world.nextId(),
      suite,
      name: input.name,
      sha: input.head_sha,
      status: 'queued',
      conclusion: null,
      startedAt: nowOf(world),
      completedAt: null,
      externalId: '',
      detailsUrl: null,
      output: { title: null, summary: null, text: null, annotations: [] },
      actions: [],
    };
    applyChange(world, run, input);
    repository.checkRuns.push(run);
    await announceRun(world, repository, run, account, 'created');
    if (run.status === 'completed') await announceRun(world, repository, run, account, 'completed');
    return c.json(renderCheckRun(world, repository, run), 201);
  });

  routes.get(`${base}/check-runs/:id`, (c) => {
    const { repository } = visit(world, c, read);
    return c.json(renderCheckRun(world, repository, checkRunById(repository, numberParam(c, 'id'))));
  });

  routes.patch(`${base}/check-runs/:id`, async (c) => {
    const { repository, account } = visitAsApp(world, c);
    const run = checkRunById(repository, numberParam(c, 'id'));
    const input = await readBody(c, change);
    checkLimits(input);
    const before = run.status;
    applyChange(world, run, input);
    if (run.status === 'completed' && before !== 'completed') {
      await announceRun(world, repository, run, account, 'completed');
    }
    return c.json(renderCheckRun(world, repository, run));
  });

  routes.post(`${base}/check-runs/:id/rerequest`, async (c) => {
    const { repository, account } = visitToWrite(world, c, writing('write', 'checks'));
    const run = checkRunById(repository, numberParam(c, 'id'));
    await announceRun(world, repository, run, account, 'rerequested');
    return c.json({}, 201);
  });

  routes.get(`${base}/commits/:ref{.+}/check-runs`, async (c) => {
    const { repository } = visit(world, c, read);
    const sha = await commitNamed(repository, param(c, 'ref'));
    const name = c.req.query('check_name');
    const found = repository.checkRuns.filter((run) => run.sha === sha && (name ?? run.name) === run.name);
    const page = paged(c, world, found);
    return c.json({
      total_count: found.length,
      check_runs: page.map((run) => renderCheckRun(world, repository, run)),
    });
  });

  routes.get(`${base}/check-suites/:id`, async (c) => {
    const { repository } = visit(world, c, read);
    const suite = repository.suites.find(({ id }) => id === numberParam(c, 'id'));
    if (suite === undefined) throw notFound();
    return c.json(await renderSuite(world, repository, suite));
  });

  routes.get(`${base}/commits/:ref{.+}/check-suites`, async (c) => {
    const { repository } = visit(world, c, read);
    const sha = await commitNamed(repository, param(c, 'ref'));
    const found = repository.suites.filter((suite) => suite.sha === sha);
    const page = paged(c, world, found);
    const suites = await Promise.all(page.map((suite) => renderSuite(world, repository, suite)));
    return c.json({ total_count: found.length, check_suites: suites });
  });

  return routes;
}

function visitAsApp(world: World, c: Request): WritingVisit {
  if (c.get('actor').kind === 'user') throw new Refusal(403, 'You must authenticate via a GitHub App.');
  return visitToWrite(world, c, writing('write', 'checks'));
}

export function checkRunById(repository: Repository, id: number): CheckRun {
  const found = repository.checkRuns.find((run) => run.id === id);
  if (found === undefined) throw notFound();
  return found;
}

export async function announceRun(
  world: World,
  repository: Repository,
  run: CheckRun,
  sender: Account,
  action: string,
  facts: object = {},
): Promise<void> {
  const check_run = await renderAnnouncedRun(world, repository, run);
  announce(world, 'check_run', repository, sender, { action, check_run, ...facts });
}

/** A conclusion completes a run; annotations are added to those that are there. */
function applyChange(world: World, run: CheckRun, input: Change): void {
  run.name = input.name ?? run.name;
  run.status = input.conclusion === undefined ? (input.status ?? run.status) : 'completed';
  run.conclusion = input.conclusion ?? (input.status === undefined ? run.conclusion : null);
  run.startedAt = input.started_at === undefined ? run.startedAt : timestamp(new Date(input.started_at));
  run.externalId = input.external_id ?? run.externalId;
  run.detailsUrl = input.details_url ?? run.detailsUrl;
  run.actions = input.actions ?? run.actions;
  run.suite.updatedAt = nowOf(world);
  if (run.status !== 'completed') run.completedAt = null;
  else run.completedAt ??= input.completed_at ?? nowOf(world);
  if (input.output === undefined) return;
  const { title = null, summary, text = null, annotations = [] } = input.output;
  run.output = { title, summary, text, annotations: [...run.output.annotations, ...annotations] };
}

function checkLimits({ status, conclusion, output, actions = [] }: Change): void {
  const refuse = (field: string, message: string) =>
    invalid({ resource: 'CheckRun', code: 'custom', field, message });
  if (status === 'completed' && conclusion === undefined) {
    throw invalid({ resource: 'CheckRun', code: 'missing_field', field: 'conclusion' });
  }
  if (actions.length > 3) throw refuse('actions', 'exceeds a maximum of 3 actions');
  for (const { label, description, identifier } of actions) {
    if (label.length > 20) throw refuse('actions.label', 'is too long (maximum is 20 characters)');
    if (identifier.length > 20) throw refuse('actions.identifier', 'is too long (maximum is 20 characters)');
    if (description.length > 40)
      throw refuse('actions.description', 'is too long (maximum is 40 characters)');
  }
  if ((output?.annotations?.length ?? 0) > 50) {
    throw new Refusal(422, 'Invalid request.\n\nNo more than 50 items are allowed.');
  }
  for (const text of [output?.summary, output?.text]) {
    if ([...(text ?? '')].length > 65_535)
      throw refuse('output', 'is too long (maximum is 65535 characters)');
  }
}
