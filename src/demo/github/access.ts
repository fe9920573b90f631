import { type Actor, accountOf } from './auth.ts';
import { param, type Request } from './http.ts';
import { forbiddenToApp, notFound, Refusal } from './refusal.ts';
import {
  type Account,
  atLeast,
  covers,
  findRepository,
  type Level,
  levelOf,
  type Repository,
  type World,
} from './state.ts';

/** What a route asks for: of an App one of the permissions, of a person a level. */
export interface Need {
  scopes: readonly string[];
  access: 'read' | 'write';
  person: Level;
}

export interface Visit {
  repository: Repository;
  actor: Actor;
  /** Null for the anonymous, who only read. */
  account: Account | null;
}

export interface WritingVisit extends Visit {
  account: Account;
}

export function reading(...scopes: string[]): Need {
  return { scopes, access: 'read', person: 'read' };
}

export function writing(person: Level, ...scopes: string[]): Need {
  return { scopes, access: 'write', person };
}

/** The repository of a request, if the asker may do there what the route does. */
export function visit(world: World, c: Request, need: Need): Visit {
  const repository = findRepository(world, param(c, 'owner'), param(c, 'repo'));
  const actor = c.get('actor');
  if (actor.kind === 'app') throw new Refusal(401, 'A JSON web token could not be decoded');
  if (repository === undefined || !sees(world, actor, repository)) throw notFound();
  const refusal = refusalFor(world, actor, repository, need);
  if (refusal !== null) throw refusal;
  return { repository, actor, account: accountOf(world, actor) };
}

export function visitToWrite(world: World, c: Request, need: Need): WritingVisit {
  const found = visit(world, c, need);
  if (found.account === null) throw new Refusal(401, 'Requires authentication');
  if (found.repository.archived) throw new Refusal(403, 'Repository was archived so is read-only.');
  return { ...found, account: found.account };
}

/** Whether an actor knows that a repository exists. */
export function sees(world: World, actor: Actor, repository: Repository): boolean {
  if (!repository.private) return true;
  if (actor.kind === 'user') return levelOf(world, repository, actor.account) !== 'none';
  return actor.kind === 'installation' && reaches(actor, repository);
}

function reaches(actor: Actor & { kind: 'installation' }, repository: Repository): boolean {
  const narrowed = actor.repositories === null || actor.repositories.has(repository.id);
  return narrowed && covers(actor.installation, repository);
}

export function refusalFor(world: World, actor: Actor, repository: Repository, need: Need): Refusal | null {
  if (actor.kind === 'anonymous') {
    return need.access === 'read' ? null : new Refusal(401, 'Requires authentication');
  }
  if (actor.kind === 'user') {
    if (atLeast(levelOf(world, repository, actor.account), need.person)) return null;
    return new Refusal(403, 'Must have admin rights to Repository.');
  }
  if (actor.kind !== 'installation') return new Refusal(401, 'Bad credentials');
  if (need.access === 'read' && !repository.private) return null;
  const granted = need.scopes.some((scope) => grants(actor.permissions[scope], need.access));
  return granted && reaches(actor, repository) ? null : forbiddenToApp();
}

function grants(permission: 'read' | 'write' | undefined, access: 'read' | 'write'): boolean {
  return permission === 'write' || permission === access;
}

/** Whether an actor may change workflow files: everybody but an App without that permission. */
export function mayChangeWorkflows(actor: Actor): boolean {
  return actor.kind === 'user' || (actor.kind === 'installation' && actor.permissions.workflows === 'write');
}

/** Whether an actor has at least that level; an App counts as a writer where its permission says so. */
export function hasLevel(world: World, found: Visit, level: Level, scope: string): boolean {
  const { actor, repository } = found;
  if (actor.kind === 'installation')
    return actor.permissions[scope] === 'write' && reaches(actor, repository);
  return actor.kind === 'user' && atLeast(levelOf(world, repository, actor.account), level);
}
