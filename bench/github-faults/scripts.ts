import type { ErrorCode } from '../../src/core/errors.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { InjectedFault } from '../../src/demo/github/faults.ts';
import type { LocalGitHub } from '../../src/demo/github/server.ts';

/** Something that goes wrong with the requests about one repository. */
export interface RouteFault extends Omit<InjectedFault, 'method' | 'path'> {
  /** Method and path within the repository; `*` stands for one part of it, `**` for any rest. */
  call: string;
}

/** What happens on GitHub while the model is asked first. */
type Meanwhile = (
  github: LocalGitHub,
  repository: { owner: string; repo: string; name: string; issue: number; branch: string },
) => Promise<unknown> | unknown;

export interface FaultScript {
  name: string;
  faults?: readonly RouteFault[];
  /** What the App reads there is so many milliseconds old; it is patient for 420. */
  lag?: { path: RegExp; milliseconds: number };
  meanwhile?: Meanwhile;
  /** The faults are for a retry on the pull request that a first run has made. */
  retry?: boolean;
  /** Needs a repository of its own, because it does not come back. */
  alone?: boolean;
  /** The run has to be put aside until the fault has passed. */
  parks?: boolean;
  end: FaultEnd;
}

interface FaultEnd {
  outcome: Outcome;
  code?: ErrorCode;
  /** Words of the status comment; null where GitHub lets nobody say or read it. */
  said: readonly string[] | null;
  /** How many of each there are afterwards; 1 unless told. */
  pulls?: 0 | 1;
  branches?: 0 | 1;
  statuses?: 0 | 1;
  checks?: 0 | 1;
}

const proven: FaultEnd = { outcome: 'proven', said: ['### ✅ Done: pull request #'] };
/** What a retry changes here is no fix, and proves nothing. */
const unproven: FaultEnd = { outcome: 'unproven', said: ['### ⚠️ Not proven: pull request #'] };
const nothing = { pulls: 0, branches: 0, checks: 0 } as const;
const unpublished = (...said: string[]): FaultEnd => ({
  outcome: 'failed',
  code: 'publish_failed',
  said: ['but could not be published', ...said],
  ...nothing,
});
const shutOut = (code: ErrorCode): FaultEnd => ({ outcome: 'failed', code, said: null, ...nothing });

type What = RouteFault['fault'];
const status = (code: 403 | 404 | 422 | 451 | 500 | 502 | 503, message = 'Server Error', errors?: object[]) =>
  ({ status: code, body: { message, ...(errors === undefined ? {} : { errors }) } }) satisfies What;
const badGateway = status(502, 'Bad Gateway');
const unavailable = status(503, 'Service Unavailable');
const noPermission = status(403, 'Resource not accessible by integration');
const badCredentials = { status: 401, body: { message: 'Bad credentials' } } satisfies What;
const always = 1000;

const lost = (call: string, fault: What, nth = 1): RouteFault => ({ call, fault, nth, when: 'after' });
const refused = (call: string, fault: What, times = 1): RouteFault => ({
  call,
  fault,
  times,
  when: 'before',
});

const comments = 'POST /issues/*/comments';
const commentLists = /\/issues\/\d+\/comments/;

/** Every script is one run, or one retry, over the whole App. */
export const faultScripts: readonly FaultScript[] = [
  // done, and the answer is lost
  { name: 'status comment then 502', faults: [lost(comments, badGateway)], end: proven },
  { name: 'status comment then reset', faults: [lost(comments, 'reset')], end: proven },
  { name: 'status comment then an empty answer', faults: [lost(comments, 'empty')], end: proven },
  { name: 'status comment then a page', faults: [lost(comments, 'html')], end: proven },
  {
    name: 'edit of the status then reset',
    faults: [lost('PATCH /issues/comments/*', 'reset')],
    end: proven,
  },
  { name: 'tree then a page', faults: [lost('POST /git/trees', 'html')], end: proven },
  { name: 'commit then reset', faults: [lost('POST /git/commits', 'reset')], end: proven },
  { name: 'commit then an empty answer', faults: [lost('POST /git/commits', 'empty')], end: proven },
  { name: 'branch then 502', faults: [lost('POST /git/refs', badGateway)], end: proven },
  { name: 'branch then reset', faults: [lost('POST /git/refs', 'reset')], end: proven },
  { name: 'branch then silence', faults: [lost('POST /git/refs', 'hang')], end: proven },
  { name: 'pull request then 502', faults: [lost('POST /pulls', badGateway)], end: proven },
  { name: 'pull request then reset', faults: [lost('POST /pulls', 'reset')], end: proven },
  { name: 'pull request then silence', faults: [lost('POST /pulls', 'hang')], end: proven },
  { name: 'pull request then a page', faults: [lost('POST /pulls', 'html')], end: proven },
  { name: 'pull request then an empty answer', faults: [lost('POST /pulls', 'empty')], end: proven },
  { name: 'check then 502', faults: [lost('POST /check-runs', badGateway)], end: proven },
  { name: 'check then a page', faults: [lost('POST /check-runs', 'html')], end: proven },
  {
    name: 'reviewer then 502',
    faults: [lost('POST /pulls/*/requested_reviewers', badGateway)],
    end: proven,
  },
  { name: 'label off then 502', faults: [lost('DELETE /issues/*/labels/*', badGateway)], end: proven },
  { name: 'reaction then reset', faults: [lost('POST /issues/*/reactions', 'reset')], end: proven },
  {
    name: 'more of a pull request then reset',
    retry: true,
    faults: [lost('PATCH /git/refs/**', 'reset')],
    end: unproven,
  },
  {
    name: 'reply in a thread then 502',
    retry: true,
    faults: [lost('POST /pulls/*/comments/*/replies', badGateway)],
    end: unproven,
  },

  // not done
  { name: '500 twice for the status comment', faults: [refused(comments, status(500), 2)], end: proven },
  { name: '503 twice for the branch', faults: [refused('POST /git/refs', unavailable, 2)], end: proven },
  { name: '502 twice for the pull request', faults: [refused('POST /pulls', badGateway, 2)], end: proven },
  { name: 'silence for the tree', faults: [refused('POST /git/trees', 'hang')], end: proven },
  { name: '502 twice for the list of pulls', faults: [refused('GET /pulls', badGateway, 2)], end: proven },
  { name: 'a page for a read of the base', faults: [refused('GET /git/ref/**', 'html')], end: proven },
  { name: '502 for the label that is made', faults: [refused('POST /labels', badGateway, 9)], end: proven },
  {
    name: 'an outage while it publishes',
    faults: [{ ...refused('POST /git/**', unavailable), seconds: 4 }],
    parks: true,
    end: proven,
  },
  {
    name: 'an outage before it publishes',
    faults: [{ ...refused('GET /collaborators/**', unavailable), nth: 3, seconds: 4 }],
    parks: true,
    end: proven,
  },
  {
    name: 'an outage of pull requests',
    faults: [{ ...refused('* /pulls', badGateway), seconds: 4 }],
    parks: true,
    end: proven,
  },

  // seen late
  {
    name: 'lost comment in a list that lags',
    faults: [lost(comments, 'reset')],
    lag: { path: commentLists, milliseconds: 300 },
    end: proven,
  },
  {
    name: 'lost pull request in a list that lags',
    faults: [lost('POST /pulls', badGateway)],
    lag: { path: /\/pulls\?/, milliseconds: 300 },
    end: proven,
  },
  {
    name: 'lost branch that reads do not show',
    faults: [lost('POST /git/refs', badGateway)],
    lag: { path: /\/git\/ref\//, milliseconds: 300 },
    end: proven,
  },
  {
    name: 'lost check in a list that lags',
    faults: [lost('POST /check-runs', 'reset')],
    lag: { path: /\/check-runs/, milliseconds: 300 },
    end: proven,
  },
  {
    name: 'more of a pull request that reads do not show',
    retry: true,
    faults: [lost('PATCH /git/refs/**', 'reset')],
    lag: { path: /\/git\/ref\//, milliseconds: 300 },
    end: unproven,
  },
  {
    name: 'a branch that pull requests do not see yet',
    faults: [
      refused(
        'POST /pulls',
        status(422, 'Validation Failed', [{ resource: 'PullRequest', field: 'head', code: 'invalid' }]),
        4,
      ),
    ],
    end: proven,
  },

  // refused
  { name: '401 for the tree', faults: [refused('POST /git/trees', badCredentials)], end: proven },
  {
    name: '401 twice for the pull request',
    faults: [refused('POST /pulls', badCredentials, 2)],
    end: proven,
  },
  { name: 'tokens that expire', meanwhile: (github) => github.expireTokens(), end: proven },
  {
    name: 'no permission to comment',
    faults: [refused(comments, noPermission, always)],
    end: { ...proven, said: null, statuses: 0 },
  },
  {
    name: 'a locked conversation',
    faults: [refused(comments, status(403, 'Unable to create comment because issue is locked.'), always)],
    end: { ...proven, said: null, statuses: 0 },
  },
  {
    name: 'issues switched off for comments',
    faults: [refused(comments, status(404, 'Not Found'), always)],
    end: { ...proven, said: null, statuses: 0 },
  },
  {
    name: 'no permission for checks',
    faults: [refused('POST /check-runs', noPermission, always)],
    end: { ...proven, checks: 0 },
  },
  {
    name: 'checks that are down',
    faults: [refused('* /check-runs', unavailable, always)],
    end: { ...proven, checks: 0 },
  },
  {
    name: 'no permission to react',
    faults: [refused('* /issues/*/reactions', noPermission, always)],
    end: proven,
  },
  {
    name: 'a reviewer that GitHub does not take',
    faults: [refused('POST /pulls/*/requested_reviewers', status(422, 'Reviews may only be requested'))],
    end: proven,
  },
  {
    name: 'no permission for branches',
    faults: [refused('POST /git/refs', noPermission, always)],
    end: unpublished('Accept the permissions'),
  },
  {
    name: 'a rule against branches',
    faults: [
      refused('POST /git/refs', status(422, 'Repository rule violations found\n\nCreations restricted.')),
    ],
    end: unpublished('Repository rule violations found', 'Creations restricted.'),
  },
  {
    name: 'a protected branch',
    faults: [refused('POST /git/refs', status(403, 'Protected branch rules not configured for this branch'))],
    end: unpublished('Allow the App in the repository'),
  },
  {
    name: 'no permission for pull requests',
    faults: [refused('POST /pulls', noPermission, always)],
    end: { ...unpublished('Accept the permissions'), branches: 1 },
  },
  {
    name: 'nothing between the branches',
    faults: [
      refused(
        'POST /pulls',
        status(422, 'Validation Failed', [{ code: 'custom', message: 'No commits between main and this' }]),
        always,
      ),
    ],
    end: { ...unpublished('No commits between main and this'), branches: 1 },
  },
  {
    name: 'a repository blocked by law',
    faults: [
      { ...refused('GET /collaborators/**', status(451, 'Repository access blocked'), always), nth: 3 },
    ],
    end: {
      outcome: 'failed',
      code: 'github_forbidden',
      said: ['GitHub does not allow the App to do this', 'Repository access blocked'],
      ...nothing,
    },
  },
  {
    name: 'a branch name that is taken',
    meanwhile: async (github, { owner, repo, branch }) => {
      const headers = {
        authorization: `token ${github.tokenFor('noor')}`,
        'content-type': 'application/json',
      };
      const at = `${github.apiUrl}/repos/${owner}/${repo}/git`;
      const main = (await (await fetch(`${at}/ref/heads/main`, { headers })).json()) as {
        object: { sha: string };
      };
      const body = JSON.stringify({ ref: `refs/heads/${branch}`, sha: main.object.sha });
      return fetch(`${at}/refs`, { method: 'POST', headers, body });
    },
    end: proven,
  },

  // moved, closed or gone
  {
    name: 'a repository that is renamed',
    alone: true,
    meanwhile: (github, { owner, repo, name }) => github.renameRepository(name, owner, `${repo}-renamed`),
    end: proven,
  },
  {
    name: 'a repository that is archived',
    alone: true,
    meanwhile: (github, { name }) => github.setArchived(name),
    end: { ...unpublished(), said: null },
  },
  {
    name: 'a repository that is deleted',
    alone: true,
    meanwhile: (github, { name }) => github.deleteRepository(name),
    end: shutOut('github_not_found'),
  },
  {
    name: 'a repository that went to somebody without the App',
    alone: true,
    meanwhile: (github, { owner, repo, name }) => {
      github.createOrganisation(`${owner}-heirs`);
      github.renameRepository(name, `${owner}-heirs`, repo);
    },
    end: shutOut('github_not_found'),
  },
  {
    name: 'an App that is suspended unheard',
    alone: true,
    meanwhile: (github, { owner }) => github.suspend(owner),
    end: shutOut('github_forbidden'),
  },
  {
    name: 'an App that is uninstalled unheard',
    alone: true,
    meanwhile: (github, { owner }) => github.uninstall(owner),
    end: shutOut('github_not_found'),
  },

  // limits
  {
    name: 'a primary limit for the tree',
    faults: [refused('POST /git/trees', { limit: 'primary', seconds: 3 })],
    parks: true,
    end: proven,
  },
  {
    name: 'a secondary limit for the pull request',
    faults: [refused('POST /pulls', { limit: 'secondary', seconds: 3 })],
    parks: true,
    end: proven,
  },
  {
    name: 'a primary limit when the run begins',
    faults: [{ ...refused('GET /collaborators/**', { limit: 'primary', seconds: 3 }), nth: 2 }],
    parks: true,
    end: proven,
  },
  {
    name: 'a primary limit for the last status',
    faults: [{ ...refused('POST /check-runs', { limit: 'primary', seconds: 3 }), nth: 1 }],
    end: proven,
  },
  {
    name: 'a secondary limit for the label',
    faults: [refused('DELETE /issues/*/labels/*', { limit: 'secondary', seconds: 3 })],
    end: proven,
  },
];
