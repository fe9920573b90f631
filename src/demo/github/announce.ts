import { nodeId, renderAccount, renderInstallation, renderOrganization } from './render/accounts.ts';
import { renderComment, renderIssue } from './render/issues.ts';
import { isPull, renderPull } from './render/pulls.ts';
import { renderLabel, renderRepository } from './render/repositories.ts';
import {
  type Account,
  type Installation,
  type Issue,
  installationOf,
  type Label,
  type Post,
  type Repository,
  type World,
} from './state.ts';

/** Tells the App what happened in a repository, if it is installed there and listens to such events. */
export function announce(
  world: World,
  event: string,
  repository: Repository,
  sender: Account,
  facts: { action?: string } & Record<string, unknown>,
): void {
  const installation = installationOf(world, repository);
  if (installation === undefined || installation.suspendedAt !== null) return;
  if (!world.app.events.includes(event)) return;
  const { owner } = repository;
  world.outbox.send({
    event,
    installation: installation.id,
    repository: repository.id,
    payload: {
      ...facts,
      repository: event === 'push' ? facts.repository : renderRepository(world, repository),
      ...(owner.type === 'Organization' ? { organization: renderOrganization(world, owner) } : {}),
      sender: renderAccount(world, sender),
      installation: { id: installation.id, node_id: nodeId('IN', installation.id) },
    },
  });
}

/** Installation events reach every App, whatever it listens to. */
export function announceInstallation(
  world: World,
  event: 'installation' | 'installation_repositories',
  installation: Installation,
  sender: Account,
  facts: object,
): void {
  world.outbox.send({
    event,
    installation: installation.id,
    repository: null,
    payload: {
      ...facts,
      installation: renderInstallation(world, installation),
      sender: renderAccount(world, sender),
    },
  });
}

/** An `issues` event, or the `pull_request` event of the same name for a pull request. */
export async function announceIssue(
  world: World,
  repository: Repository,
  issue: Issue,
  sender: Account,
  action: string,
  facts: Record<string, unknown> = {},
): Promise<void> {
  if (!isPull(issue)) {
    announce(world, 'issues', repository, sender, {
      action,
      issue: renderIssue(world, repository, issue),
      ...facts,
    });
    return;
  }
  announce(world, 'pull_request', repository, sender, {
    action,
    number: issue.number,
    pull_request: await renderPull(world, repository, issue),
    ...facts,
  });
}

export async function announceLabel(
  world: World,
  repository: Repository,
  issue: Issue,
  sender: Account,
  action: 'labeled' | 'unlabeled',
  label: Label,
): Promise<void> {
  const facts = { label: renderLabel(world, repository, label) };
  await announceIssue(world, repository, issue, sender, action, facts);
}

export function announceComment(
  world: World,
  repository: Repository,
  issue: Issue,
  comment: Post,
  sender: Account,
  action: string,
  facts: Record<string, unknown> = {},
): void {
  announce(world, 'issue_comment', repository, sender, {
    action,
    issue: renderIssue(world, repository, issue),
    comment: renderComment(world, repository, issue, comment),
    ...facts,
  });
}
