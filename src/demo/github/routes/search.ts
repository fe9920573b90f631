import { Hono } from 'hono';
import { reading, refusalFor, sees } from '../access.ts';
import { type Env, paged, type Request } from '../http.ts';
import { invalid } from '../refusal.ts';
import { renderIssue } from '../render/issues.ts';
import type { Issue, Repository, World } from '../state.ts';
import { ordered } from './issues.ts';

type Found = { repository: Repository; issue: Issue };
type Qualifier = (value: string) => (found: Found) => boolean;

/** The qualifiers that are asked for here; GitHub knows many more, and takes what it does not know for words. */
const qualifiers: Readonly<Record<string, Qualifier>> = {
  is: (value) => {
    if (value === 'issue') return ({ issue }) => issue.pull === null;
    if (value === 'pr' || value === 'pull-request') return ({ issue }) => issue.pull !== null;
    throw refused();
  },
  state: (value) => (found) => found.issue.state === value,
  archived: (value) => (found) => String(found.repository.archived) === value,
  user: (value) => (found) => found.repository.owner.login.toLowerCase() === value.toLowerCase(),
  label: (value) => (found) =>
    found.issue.labels.some(({ name }) => name.toLowerCase() === value.toLowerCase()),
  updated: (value) => {
    const from = Date.parse(/^>=(.+)$/.exec(value)?.[1] ?? '');
    if (Number.isNaN(from)) throw refused();
    return ({ issue }) => Date.parse(issue.updatedAt) >= from;
  },
};

/** The search for issues: in all that the asker sees, public repositories of others among it. */
export function searchRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get('/search/issues', (c) => {
    const wanted = parseQuery(c.req.query('q') ?? '');
    const found = world.repositories
      .values()
      .filter((repository) => reads(world, c, repository))
      .flatMap((repository) => repository.issues.values().map((issue) => ({ repository, issue })))
      .filter((one) => wanted.every((fits) => fits(one)))
      .toArray();
    const repositories = new Map(found.map(({ repository, issue }) => [issue, repository]));
    const issues = ordered(c, [...repositories.keys()], c.req.query('order')).slice(0, 1000);
    return c.json({
      total_count: found.length,
      incomplete_results: false,
      search_type: 'lexical',
      items: paged(c, world, issues).flatMap((issue) => {
        const repository = repositories.get(issue);
        return repository === undefined ? [] : [{ ...renderIssue(world, repository, issue), score: 1 }];
      }),
    });
  });

  return routes;
}

function reads(world: World, c: Request, repository: Repository): boolean {
  const actor = c.get('actor');
  return sees(world, actor, repository) && refusalFor(world, actor, repository, reading('issues')) === null;
}

function parseQuery(query: string): ((found: Found) => boolean)[] {
  const parts = [...query.matchAll(/(\w+):(?:"([^"]*)"|(\S+))/g)];
  if (parts.length === 0) throw refused();
  return parts.map(([, name = '', quoted, plain = '']) => {
    const qualifier = Object.hasOwn(qualifiers, name) ? qualifiers[name] : undefined;
    if (qualifier === undefined) throw refused();
    return qualifier(quoted ?? plain);
  });
}

function refused() {
  return invalid({ resource: 'Search', field: 'q', code: 'invalid' });
}
