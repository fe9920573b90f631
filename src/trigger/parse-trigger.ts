import type { z } from 'zod';
import {
  type Asked,
  type BotCommand,
  labelName,
  type Place,
  type Subject,
  type Trigger,
  type Withdrawal,
} from '../core/trigger.ts';
import { parseBranchName } from '../text/branch-name.ts';
import { parseCommand } from './parse-command.ts';
import {
  checkRunEvent,
  commentEvent,
  installationEvent,
  installationRepositoriesEvent,
  issueEvent,
  pullRequestEvent,
  reviewCommentEvent,
  reviewEvent,
  type Scene,
} from './payloads.ts';

/** A webhook as it came, its signature verified. */
export interface WebhookEvent {
  name: string;
  payload: unknown;
}

/** Who we are, so that our own doings trigger nothing. */
export interface ListeningApp {
  id: number;
  slug: string;
  /** Host name of the server that sends webhooks. */
  host: string;
}

type Approved = NonNullable<Asked['approved']>;

/**
 * What a webhook means, or null when it means nothing to us. Never throws, whatever the payload. Only people can ask:
 * bots, other Apps and our own doings are dropped, by the kind of the account and by ids. That somebody asks does not
 * mean that they may: see `decide`.
 */
export function parseTrigger(event: WebhookEvent, app: ListeningApp): Trigger | null {
  return parserOf(event.name)?.parse(event.payload, app) ?? null;
}

/** Whether a webhook of that name and action can mean something to us. */
export function listensTo(event: string, action: string | null): boolean {
  return action !== null && (parserOf(event)?.actions.includes(action) ?? false);
}

interface Parser {
  actions: readonly string[];
  parse(payload: unknown, app: ListeningApp): Trigger | null;
}

function parserOf(event: string): Parser | undefined {
  return Object.hasOwn(parsers, event) ? parsers[event] : undefined;
}

/** A parser of payloads that have the given shape, and whose action is one of those given. */
function on<Payload extends { action: string }>(
  shape: z.ZodType<Payload>,
  actions: readonly string[],
  read: (payload: Payload, app: ListeningApp) => Trigger | null,
): Parser {
  return {
    actions,
    parse(payload, app) {
      const parsed = shape.safeParse(payload);
      return parsed.success && actions.includes(parsed.data.action) ? read(parsed.data, app) : null;
    },
  };
}

const withdrawals = ['unlabeled', 'closed', 'deleted', 'transferred'] as const;

const parsers: Readonly<Record<string, Parser>> = {
  issues: on(issueEvent, ['labeled', ...withdrawals], (payload, app) => {
    const { action, issue, label } = payload;
    const ofLabel = action === 'labeled' || action === 'unlabeled';
    if (ofLabel && label?.name.toLowerCase() !== labelName) return null;
    if (issue.pull_request || payload.performed_via_github_app?.id === app.id) return null;
    const subject: Subject = { kind: 'issue', number: issue.number };
    const why = withdrawals.find((withdrawal) => withdrawal === action);
    if (why !== undefined) return withdrawn(payload, app, { subject, why, at: issue.updated_at });
    const command: BotCommand = { name: 'fix', words: '' };
    const [at, approved] = [issue.updated_at, textOf(issue)];
    return asked(payload, app, { subject, command, place: { kind: 'label' }, at, approved });
  }),
  issue_comment: on(commentEvent, ['created'], (payload, app) => {
    const { issue, comment } = payload;
    const subject: Subject = { kind: issue.pull_request ? 'pull_request' : 'issue', number: issue.number };
    const approved = issue.pull_request ? undefined : textOf(issue);
    const place: Place = { kind: 'comment', id: comment.id };
    return written(payload, app, comment, { subject, place, approved });
  }),
  pull_request_review: on(reviewEvent, ['submitted'], (payload, app) => {
    const { pull_request, review } = payload;
    const place: Place = { kind: 'review', id: review.id };
    return written(payload, app, review, { subject: pullOf(pull_request), place });
  }),
  pull_request_review_comment: on(reviewCommentEvent, ['created'], (payload, app) => {
    const { pull_request, comment } = payload;
    const place: Place = { kind: 'review_comment', id: comment.id };
    return written(payload, app, comment, { subject: pullOf(pull_request), place });
  }),
  pull_request: on(pullRequestEvent, ['closed'], (payload, app) => {
    const { pull_request } = payload;
    return withdrawn(payload, app, {
      subject: pullOf(pull_request),
      why: 'closed',
      at: pull_request.updated_at,
    });
  }),
  check_run: on(checkRunEvent, ['requested_action', 'rerequested'], readCheckRun),
  installation: on(installationEvent, ['deleted', 'suspend'], ({ action, installation }, { host }) => ({
    kind: 'removed',
    host,
    installation: installation.id,
    repositories: 'all',
    why: action === 'deleted' ? 'uninstalled' : 'suspended',
  })),
  installation_repositories: on(installationRepositoriesEvent, ['removed'], (payload, { host }) => ({
    kind: 'removed',
    host,
    installation: payload.installation.id,
    repositories: payload.repositories_removed.map(({ id }) => id),
    why: 'repository_removed',
  })),
};

function pullOf({ number }: { number: number }): Subject {
  return { kind: 'pull_request', number };
}

function textOf({ title, body }: z.infer<typeof issueEvent>['issue']): Approved | undefined {
  return title === undefined || body === undefined ? undefined : { title, body: body ?? '' };
}

/** A button or "Re-run" on a check run of ours. Other Apps' checks are none of our business. */
function readCheckRun(payload: z.infer<typeof checkRunEvent>, app: ListeningApp): Trigger | null {
  const { action, check_run, requested_action } = payload;
  const name = action === 'rerequested' ? 'retry' : requested_action?.identifier;
  const subject = subjectOfCheck(check_run);
  if (check_run.app.id !== app.id || subject === null || (name !== 'retry' && name !== 'stop')) return null;
  const place: Place = { kind: 'check', id: check_run.id };
  return asked(payload, app, { subject, command: { name, words: '' }, place });
}

/** The pull request of our branch, or the issue that the branch is named after. */
function subjectOfCheck(check: z.infer<typeof checkRunEvent>['check_run']): Subject | null {
  const pull = check.pull_requests.find(({ head }) => parseBranchName(head.ref) !== null);
  if (pull !== undefined) return pullOf(pull);
  const branch = parseBranchName(check.check_suite?.head_branch ?? '');
  return branch === null ? null : { kind: 'issue', number: branch.issue };
}

/** A comment or review that was written just now. */
function written(
  scene: Scene,
  app: ListeningApp,
  { body, performed_via_github_app, created_at, submitted_at }: z.infer<typeof commentEvent>['comment'],
  where: Pick<Wish, 'subject' | 'place' | 'approved'>,
): Trigger | null {
  if (performed_via_github_app?.id === app.id) return null;
  const command = parseCommand(body ?? '');
  if (command === null) return null;
  return asked(scene, app, { ...where, command, at: created_at ?? submitted_at });
}

/** What is asked for, and where. */
interface Wish {
  subject: Subject;
  command: BotCommand;
  place: Place;
  at?: string | undefined;
  approved?: Approved | undefined;
}

function asked(
  scene: Scene,
  app: ListeningApp,
  { subject, command, place, at, approved }: Wish,
): Trigger | null {
  const actor = actorOf(scene);
  if (actor.bot || isOurs(scene, app)) return null;
  return {
    kind: 'asked',
    repository: repositoryOf(scene, app),
    subject,
    command,
    place,
    actor,
    ...(at === undefined ? {} : { at }),
    ...(approved !== undefined && command.name === 'fix' ? { approved } : {}),
  };
}

/** A bot may close an issue, and that counts; what we do ourselves, such as taking off the label, does not. */
function withdrawn(
  scene: Scene,
  app: ListeningApp,
  { subject, why, at }: { subject: Subject; why: Withdrawal; at: string | undefined },
): Trigger | null {
  if (isOurs(scene, app)) return null;
  const repository = repositoryOf(scene, app);
  const time = at === undefined ? {} : { at };
  return { kind: 'withdrawn', repository, subject, why, actor: actorOf(scene), ...time };
}

/** Only `User` accounts are people; a login that ends in `[bot]` is none either, whatever else is said of it. */
function actorOf({ sender }: Scene) {
  const bot = sender.type !== 'User' || sender.login.endsWith('[bot]');
  return { id: sender.id, login: sender.login, bot };
}

function isOurs({ sender }: Scene, { slug }: ListeningApp): boolean {
  return sender.login.toLowerCase() === `${slug}[bot]`.toLowerCase();
}

function repositoryOf({ installation, repository }: Scene, { host }: ListeningApp) {
  const { id, name, owner } = repository;
  return { host, installation: installation.id, id, owner: owner.login, name };
}
