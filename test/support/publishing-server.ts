import { type GitData, gitData } from './git-data.ts';
import { bot, type Endpoint, repository, startGitHub } from './github-server.ts';

interface KeptPull {
  number: number;
  title: string;
  body: string;
  draft: boolean;
  state: string;
  merged_at: string | null;
  html_url: string;
  locked: boolean;
  user: typeof bot;
  head: { ref: string; sha: string; repo: { id: number } | null };
  base: { ref: string; sha: string };
}

const notFound = { status: 404, body: { message: 'Not Found' } };
const refused = (message: string, errors: unknown[] = []) => ({ status: 422, body: { message, errors } });

/** GitHub's git and pull request endpoints over a real repository, for publishing. */
export async function startPublishing(directory: string, more: Record<string, Endpoint> = {}) {
  const data = gitData(directory);
  const pulls: KeptPull[] = [];
  const at = '/repos/ann/sums';
  const server = await startGitHub({ ...gitEndpoints(data, at), ...pullEndpoints(data, pulls, at), ...more });
  return {
    ...server,
    [Symbol.asyncDispose]: server[Symbol.asyncDispose],
    data,
    pulls,
    branch: (name: string) => data.readRef(`refs/heads/${name}`),
  };
}

function gitEndpoints(data: GitData, at: string): Record<string, Endpoint> {
  return {
    [`GET ${at}/git/ref/(heads/.+)`]: async ({ parts: [ref] }) => {
      const sha = await data.readRef(`refs/${ref}`);
      return sha === null ? notFound : { status: 200, body: { ref: `refs/${ref}`, object: { sha } } };
    },
    [`GET ${at}/git/commits/(.+)`]: async ({ parts: [id = ''] }) => ({
      status: 200,
      body: await data.readCommit(id),
    }),
    [`POST ${at}/git/blobs`]: async ({ body }) => ({
      status: 201,
      body: { sha: await data.blob(Buffer.from(body.content, body.encoding)) },
    }),
    [`POST ${at}/git/trees`]: async ({ body }) => ({
      status: 201,
      body: { sha: await data.tree(body.base_tree, body.tree) },
    }),
    [`POST ${at}/git/commits`]: async ({ body }) => ({ status: 201, body: { sha: await data.commit(body) } }),
    [`POST ${at}/git/refs`]: async ({ body }) => {
      if ((await data.readRef(body.ref)) !== null) return refused('Reference already exists');
      await data.setRef(body.ref, body.sha);
      return { status: 201, body: { ref: body.ref, object: { sha: body.sha } } };
    },
    [`PATCH ${at}/git/refs/(heads/.+)`]: async ({ parts: [ref], body }) => {
      const now = (await data.readRef(`refs/${ref}`)) ?? '';
      if (!(await data.isForward(now, body.sha))) return refused('Update is not a fast forward');
      await data.setRef(`refs/${ref}`, body.sha);
      return { status: 200, body: { ref: `refs/${ref}`, object: { sha: body.sha } } };
    },
  };
}

function pullEndpoints(data: GitData, pulls: KeptPull[], at: string): Record<string, Endpoint> {
  return {
    [`GET ${at}/pulls`]: ({ query }) => {
      const branch = query.get('head')?.replace(/^ann:/, '');
      return { status: 200, body: pulls.filter(({ head }) => head.ref === branch) };
    },
    [`GET ${at}/pulls/(\\d+)`]: ({ parts: [number] }) => {
      const pull = pulls.find((each) => each.number === Number(number));
      return pull === undefined ? notFound : { status: 200, body: pull };
    },
    [`POST ${at}/pulls`]: async ({ body }) => {
      const sha = await data.readRef(`refs/heads/${body.head}`);
      const base = await data.readRef(`refs/heads/${body.base}`);
      if (sha === null || base === null) {
        return refused('Validation Failed', [
          { resource: 'PullRequest', field: sha === null ? 'head' : 'base', code: 'invalid' },
        ]);
      }
      if (pulls.some(({ head, state }) => head.ref === body.head && state === 'open')) {
        return refused('Validation Failed', [
          { code: 'custom', message: `A pull request already exists for ann:${body.head}.` },
        ]);
      }
      const number = pulls.length + 10;
      const pull: KeptPull = {
        number,
        title: body.title,
        body: body.body,
        draft: body.draft,
        state: 'open',
        merged_at: null,
        html_url: `https://github.com/ann/sums/pull/${number}`,
        locked: false,
        user: bot,
        head: { ref: body.head, sha, repo: { id: repository.id } },
        base: { ref: body.base, sha: base },
      };
      pulls.push(pull);
      return { status: 201, body: pull };
    },
  };
}
