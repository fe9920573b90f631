import { basename } from 'node:path';
import { execa } from 'execa';
import { Hono } from 'hono';
import { mayChangeWorkflows, reading, refusalFor, sees, writing } from './access.ts';
import { type Actor, accountOf, authenticate } from './auth.ts';
import type { Exclusive } from './exclusive.ts';
import { formerly } from './former-names.ts';
import { gitEnvironment } from './git/git.ts';
import { listRefs } from './git/refs.ts';
import { type Env, param, type Request } from './http.ts';
import { afterMove, type RefMove } from './ref-moves.ts';
import { Refusal } from './refusal.ts';
import { findRepository, fullName, type Repository, type World } from './state.ts';

/** Clone, fetch and push over HTTP, by git's own backend. */
export function smartHttpRoutes(world: World, exclusive: Exclusive): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get('/:owner/:repo/info/refs', async (c) => {
    const service = c.req.query('service') ?? '';
    if (service !== 'git-upload-pack' && service !== 'git-receive-pack') {
      throw new Refusal(403, 'Please upgrade your git client.');
    }
    return withAccess(c, service, (repository, actor) => serveGit(world, c, repository, actor, 'info/refs'));
  });

  routes.post('/:owner/:repo/git-upload-pack', (c) =>
    withAccess(c, 'git-upload-pack', (repository, actor) =>
      serveGit(world, c, repository, actor, 'git-upload-pack'),
    ),
  );

  routes.post('/:owner/:repo/git-receive-pack', (c) =>
    withAccess(c, 'git-receive-pack', (repository, actor) =>
      exclusive(repository.id, async () => {
        const before = await listRefs(repository.git, 'refs/');
        const answer = await serveGit(world, c, repository, actor, 'git-receive-pack');
        const body = await answer.arrayBuffer();
        const account = accountOf(world, actor);
        const after = await listRefs(repository.git, 'refs/');
        for (const move of account === null ? [] : movesBetween(before, after)) {
          await afterMove(world, repository, move, account ?? world.app.bot);
        }
        return new Response(body, answer);
      }),
    ),
  );

  return routes;

  async function withAccess(
    c: Request,
    service: string,
    serve: (repository: Repository, actor: Actor) => Promise<Response>,
  ): Promise<Response> {
    const actor = authenticateGit(world, c);
    c.set('actor', actor);
    const [owner, name] = [param(c, 'owner'), param(c, 'repo').replace(/\.git$/, '')];
    const repository = findRepository(world, owner, name);
    const renamed = repository === undefined ? formerly(world, owner, name) : undefined;
    if (renamed !== undefined) {
      const { pathname, search } = new URL(c.req.url);
      return c.redirect(
        `${world.url}/${fullName(renamed)}.git/${pathname.split('/').slice(3).join('/')}${search}`,
        301,
      );
    }
    const refusal = refusalOf(world, actor, repository, service);
    if (refusal === 401) return challenge(c);
    if (refusal !== null || repository === undefined)
      return c.text(refusal?.text ?? '', refusal?.status ?? 404);
    return serve(repository, actor);
  }
}

/** As authenticate, but refusals are in words for people at a terminal. */
function authenticateGit(world: World, c: Request): Actor {
  const header = c.req.header('authorization');
  try {
    return authenticate(world, header);
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return { kind: 'anonymous' };
    throw error;
  }
}

function challenge(c: Request): Response {
  c.header('www-authenticate', 'Basic realm="GitHub"');
  const text = 'Invalid username or token. Password authentication is not supported for Git operations.';
  return c.text(text, 401);
}

function refusalOf(
  world: World,
  actor: Actor,
  repository: Repository | undefined,
  service: string,
): 401 | { status: 403 | 404; text: string } | null {
  const write = service === 'git-receive-pack';
  const need = write ? writing('write', 'contents') : reading('contents');
  const visible = repository !== undefined && sees(world, actor, repository);
  if (actor.kind === 'anonymous' && (write || !visible)) return 401;
  if (!visible) return { status: 404, text: 'Repository not found.' };
  if (write && repository.archived) {
    return { status: 403, text: 'This repository was archived so it is read-only.' };
  }
  if (refusalFor(world, actor, repository, need) === null) return null;
  return { status: 403, text: write ? 'Write access to repository not granted.' : 'Repository not found.' };
}

async function serveGit(
  world: World,
  c: Request,
  repository: Repository,
  actor: Actor,
  path: string,
): Promise<Response> {
  const child = execa('git', ['http-backend'], {
    extendEnv: false,
    env: {
      ...gitEnvironment,
      GIT_LITERAL_PATHSPECS: '0',
      GIT_PROJECT_ROOT: world.directory,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: `/${basename(repository.git)}/${path}`,
      REQUEST_METHOD: c.req.method,
      QUERY_STRING: new URL(c.req.url).search.slice(1),
      CONTENT_TYPE: c.req.header('content-type') ?? '',
      HTTP_CONTENT_ENCODING: c.req.header('content-encoding') ?? '',
      HTTP_GIT_PROTOCOL: c.req.header('git-protocol') ?? '',
      REMOTE_USER: accountOf(world, actor)?.login ?? '',
      REMOTE_ADDR: '127.0.0.1',
      LOCAL_GITHUB_PROTECTED: [...repository.protectedBranches].map((name) => `refs/heads/${name}`).join(' '),
      LOCAL_GITHUB_NO_WORKFLOWS: mayChangeWorkflows(actor) ? '' : '1',
    },
    input: new Uint8Array(await c.req.arrayBuffer()),
    encoding: 'buffer',
    buffer: false,
    reject: false,
  });
  return cgiResponse(child.stdout as AsyncIterable<Uint8Array>);
}

/** Reads a CGI's headers; the rest is the body, as it comes. */
async function cgiResponse(output: AsyncIterable<Uint8Array>): Promise<Response> {
  const chunks = output[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let end = -1;
  while (end < 0) {
    const { value, done } = await chunks.next();
    if (done === true) throw new Error('git http-backend gave no headers');
    head = Buffer.concat([head, value]);
    end = head.indexOf('\r\n\r\n');
  }
  const headers = new Headers(
    head
      .subarray(0, end)
      .toString('latin1')
      .split('\r\n')
      .map((line): [string, string] => [
        line.slice(0, line.indexOf(':')),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
  );
  const status = Number.parseInt(headers.get('status') ?? '200', 10);
  headers.delete('status');
  const rest = async function* () {
    yield head.subarray(end + 4);
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  };
  return new Response(ReadableStream.from(rest()), { status, headers });
}

function movesBetween(
  before: readonly { ref: string; sha: string }[],
  after: readonly { ref: string; sha: string }[],
): RefMove[] {
  const old = new Map(before.map(({ ref, sha }) => [ref, sha]));
  const now = new Map(after.map(({ ref, sha }) => [ref, sha]));
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((ref) => ({ ref, before: old.get(ref) ?? null, after: now.get(ref) ?? null }))
    .filter((move) => move.before !== move.after);
}
