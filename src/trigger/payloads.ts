import { z } from 'zod';

/** The parts of webhook payloads that ai-fix reads, and nothing more of them. */

const id = z.int().positive();
const name = z.string().min(1).max(100);
const user = z.object({ id, login: name, type: z.string() });
const repository = z.object({ id, name, owner: z.object({ login: name }) });
const time = z.iso.datetime({ offset: true }).optional().catch(undefined);
const issue = z.object({
  number: id,
  pull_request: z.unknown().optional(),
  title: z.string().optional().catch(undefined),
  body: z.string().nullish().catch(undefined),
  updated_at: time,
});
const pull = z.object({ number: id, updated_at: time });
const writing = z.object({
  id,
  body: z.string().nullish(),
  created_at: time,
  submitted_at: time,
  performed_via_github_app: z.object({ id }).nullish(),
});

/** What every event within a repository has. */
const scene = z.object({
  action: z.string(),
  installation: z.object({ id }),
  repository,
  sender: user,
});
export type Scene = z.infer<typeof scene>;

export const issueEvent = scene.extend({
  issue,
  label: z.object({ name: z.string() }).optional(),
  performed_via_github_app: z.object({ id }).nullish(),
});

export const commentEvent = scene.extend({ issue, comment: writing });
export const reviewEvent = scene.extend({ pull_request: pull, review: writing });
export const reviewCommentEvent = scene.extend({ pull_request: pull, comment: writing });
export const pullRequestEvent = scene.extend({ pull_request: pull });

export const checkRunEvent = scene.extend({
  check_run: z.object({
    id,
    app: z.object({ id }),
    pull_requests: z.array(z.object({ number: id, head: z.object({ ref: z.string() }) })),
    check_suite: z.object({ head_branch: z.string().nullish() }).nullish(),
  }),
  requested_action: z.object({ identifier: z.string() }).nullish(),
});

export const installationEvent = z.object({ action: z.string(), installation: z.object({ id }) });
export const installationRepositoriesEvent = installationEvent.extend({
  repositories_removed: z.array(z.object({ id })),
});
