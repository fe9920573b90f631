import { defaultRunLimits, type RunLimits } from '../../core/limits.ts';
import type { RunRecord, RunRequest } from '../../core/run-record.ts';
import {
  mergeConfigs,
  parseOrganisationConfig,
  parseRepositoryConfig,
  type RepositoryConfig,
} from '../../environment/repository-config.ts';
import { parseBranchName } from '../../text/branch-name.ts';
import { runsAlready } from '../../trigger/decide.ts';
import { attemptRules } from '../attempt/attempt-rules.ts';
import type { GitHubIssue, RepositoryReader, RepositoryWriter } from '../github-ports.ts';
import { unlessLimited } from '../tell/unless-limited.ts';
import { answer, react } from './answer.ts';
import { announce } from './cancel-run.ts';
import { type FreezeOptions, freezeIssue, freezePull } from './freeze-request.ts';
import type { Policy, Request } from './trigger-ports.ts';

/** All that a run on an issue will know; null when the issue is gone. */
export async function freezeForIssue(number: number, request: Request): Promise<RunRequest | null> {
  const reader = request.ports.github.on(request.trigger.repository);
  const issue = await reader.issue(number);
  const { approved } = request.trigger;
  return issue === null
    ? null
    : freezeIssue({ ...issue, ...approved }, await askedOf(request, reader), reader);
}

/** All that a retry will know; null when the pull request is gone. */
export async function freezeForPull(number: number, request: Request): Promise<RunRequest | null> {
  const { trigger, ports } = request;
  const reader = ports.github.on(trigger.repository);
  const pull = await reader.pull(number);
  if (pull === null) return null;
  const former = await ports.store.latestRun(trigger.repository, number);
  const issueNumber = former?.request.issue.number ?? parseBranchName(pull.head.branch)?.issue ?? number;
  const gone: GitHubIssue = {
    ...pull,
    state: 'open',
    locked: false,
    assignees: [],
    labels: [],
    closedAt: null,
  };
  const issue = (await reader.issue(issueNumber)) ?? { ...gone, number: issueNumber };
  return freezePull(issue, pull, await askedOf(request, reader), reader);
}

/** What was asked, with what the configurations of repository and organisation say about it. */
async function askedOf({ trigger, ports }: Request, reader: RepositoryReader): Promise<FreezeOptions> {
  const { repository, actor, place, command, at } = trigger;
  const { defaultBranch } = await reader.about();
  const config = mergeConfigs(
    parseOrganisationConfig(await reader.ownerConfig()),
    parseRepositoryConfig(await reader.config(defaultBranch)),
  );
  return {
    repository,
    actor,
    place,
    askedAt: at ?? null,
    words: command.words,
    baseBranch: config.base_branch ?? null,
    model: config.model ?? ports.policy.model,
    limits: limitsOf(config, ports.policy),
    attempts: attemptRules({}, config),
    myUserId: (await ports.github.me(repository)).userId,
  };
}

function limitsOf({ budget_usd }: RepositoryConfig, { dailyUsd }: Policy): RunLimits {
  return { ...defaultRunLimits, usd: Math.min(budget_usd ?? defaultRunLimits.usd, dailyUsd) };
}

/** Creates the run, unless there is one already or no money, and says so where it was asked. */
export async function startRun(
  frozen: RunRequest | null,
  request: Request,
  writer: RepositoryWriter,
): Promise<string> {
  if (frozen === null) return 'ignored: it is gone';
  const { delivery, ports } = request;
  const budget = { dailyUsd: ports.policy.dailyUsd, runUsd: frozen.limits.usd };
  const creation = await ports.store.createRun({ request: frozen, delivery, budget });
  if (!creation.created) {
    await answer(request, writer, creation.why === 'live' ? runsAlready : withoutMoney(creation.resumesAt));
    return `refused: ${creation.why}`;
  }
  return acknowledge(creation.run, request, writer);
}

/** Shows that it begins, and lets workers have the run. Made again after it was broken off, it goes on. */
export async function acknowledge(
  run: RunRecord,
  request: Request,
  writer: RepositoryWriter,
): Promise<string> {
  const { ports } = request;
  if (run.state !== 'queued') return `started ${run.id} before`;
  // nothing can be said or done before a limit has passed, and then all of this is tried again
  await unlessLimited(react(request, writer, 'eyes'), ports.onError);
  await unlessLimited(writer.ensureLabel(), ports.onError);
  // said before any worker takes the run, so that there is one status comment whatever happens
  if (run.posted.statusComment === undefined) {
    await using _announced = await announce(run, writer, ports);
  }
  await ports.store.releaseRun(run.id);
  return `started ${run.id}`;
}

function withoutMoney(resumesAt: string | null): string {
  return resumesAt === null
    ? 'Nothing was started: a run may cost more than the budget of a whole day. An administrator of ai-fix can raise it.'
    : `Nothing was started: the budget of the day is used up. It goes on at ${resumesAt.slice(0, 16).replace('T', ' ')} UTC; ask again then.`;
}
