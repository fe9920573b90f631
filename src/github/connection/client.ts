import { setTimeout as sleep } from 'node:timers/promises';
import { createAppAuth } from '@octokit/auth-app';
import type { EndpointOptions, RequestInterface, RequestParameters, Route } from '@octokit/types';
import { messageOf, OperationalError } from '../../core/errors.ts';
import type { Repository } from '../../core/trigger.ts';
import { faultOf } from './faults.ts';
import type { Limits } from './limits.ts';
import {
  createOctokit,
  type GitHubApi,
  type GitHubLog,
  githubPace,
  type OnAnswer,
  type Pace,
} from './octokit.ts';
import type { WriteLog } from './once.ts';

export interface GitHubOptions {
  appId: number | string;
  privateKey: string;
  /** `https://api.github.com`, or `https://HOST/api/v3` of an Enterprise Server. */
  apiUrl: string;
  /** Without one, a process that takes over trusts GitHub's lists, which lag. */
  writes?: WriteLog;
  log?: GitHubLog;
  onAnswer?: OnAnswer;
  pace?: Partial<Pace>;
}

const noWriteLog: WriteLog = { begin: async () => null, forget: async () => {} };

/** The permissions of a token, by what it is for: no operation holds more than it needs. */
const permissions = {
  read: {
    contents: 'read',
    issues: 'read',
    pull_requests: 'read',
    checks: 'read',
    statuses: 'read',
    metadata: 'read',
  },
  report: { issues: 'write', pull_requests: 'write', checks: 'write' },
  publish: { contents: 'write', pull_requests: 'write' },
  clone: { contents: 'read' },
  search: { issues: 'read', metadata: 'read' },
} as const satisfies Record<string, Record<string, 'read' | 'write'>>;

export type Purpose = Exclude<keyof typeof permissions, 'search'>;

/** Who the App is on GitHub: what it wrote is told from what others wrote by these ids. */
export interface AppIdentity {
  appId: number;
  slug: string;
  /** The user that writes for the App, such as `ai-fix[bot]`. */
  userId: number;
  login: string;
}

interface CloneToken {
  token: string;
  expiresAt: Date;
}

export interface GitHub {
  /** An Octokit with a token for that one repository and purpose. */
  forRepository(repository: Repository, purpose: Purpose): GitHubApi;
  /** An Octokit that searches the issues of all repositories of an installation. */
  forInstallation(installation: number): GitHubApi;
  /** An Octokit with the App's own key, for its webhooks and installations. */
  forApp(): GitHubApi;
  /** An Octokit that reads the owner's `.github` repository, and nothing when the installation does not cover it. */
  forOwnerDefaults(repository: Repository): GitHubApi;
  /** A fresh token that can read the contents of that one repository for an hour. */
  cloneToken(repository: Repository): Promise<CloneToken>;
  /** What the App's own key tells of it. */
  app(): Promise<Pick<AppIdentity, 'appId' | 'slug'>>;
  /** Asked once. Some servers tell nothing of users to those who are not on them, hence a repository. */
  appIdentity(repository: Repository): Promise<AppIdentity>;
}

/** What a token is narrowed to. */
interface Scope {
  installationId: number;
  repositoryIds?: number[];
  repositoryNames?: string[];
  permissions: Record<string, string>;
}

/** The adapter to one GitHub server for one App. */
export function createGitHub(options: GitHubOptions): GitHub {
  const pace = { ...githubPace, ...options.pace };
  const { apiUrl, log, onAnswer, writes = noWriteLog } = options;
  const limits: Limits = new Map();
  const open = (paceGroup: string, authorize: { hook: unknown } | null) =>
    createOctokit({ apiUrl, pace, log, onAnswer, limits, writes, paceGroup, authorize });
  const anonymous = open('app', null);
  const auth = createAppAuth({
    appId: options.appId,
    privateKey: options.privateKey,
    request: anonymous.request,
    ...(log === undefined ? {} : { log: { ...log } }),
  });
  const mint = async (scope: Scope, refresh = false): Promise<CloneToken> => {
    const token = await auth({ type: 'installation', ...scope, refresh }).catch(unusableKey);
    return { token: token.token, expiresAt: new Date(token.expiresAt) };
  };
  const openScope = (scope: Scope) =>
    open(String(scope.installationId), { hook: authorizing((refresh) => mint(scope, refresh), pace) });

  const forRepository = (repository: Repository, purpose: Purpose) => openScope(scopeOf(repository, purpose));
  const forApp = () => open('app', { hook: auth.hook });
  const app = () => askApp(forApp());
  let identity: Promise<AppIdentity> | undefined;
  return {
    forRepository,
    forInstallation: (installation) =>
      openScope({ installationId: installation, permissions: { ...permissions.search } }),
    forApp,
    forOwnerDefaults: ({ installation }) =>
      openScope({
        installationId: installation,
        repositoryNames: ['.github'],
        permissions: { contents: 'read' },
      }),
    cloneToken: (repository) => mint(scopeOf(repository, 'clone'), true),
    app,
    appIdentity(repository) {
      identity ??= askIdentity(app, forRepository(repository, 'read')).catch((error) => {
        identity = undefined;
        throw error;
      });
      return identity;
    },
  };
}

function scopeOf({ installation, id }: Repository, purpose: Purpose): Scope {
  return { installationId: installation, repositoryIds: [id], permissions: { ...permissions[purpose] } };
}

async function askApp(octokit: GitHubApi): Promise<Pick<AppIdentity, 'appId' | 'slug'>> {
  const { data } = await octokit.rest.apps.getAuthenticated();
  if (data?.slug !== undefined) return { appId: data.id, slug: data.slug };
  throw new OperationalError('github_unauthorised', 'GitHub does not say which App this is: check APP_ID.');
}

async function askIdentity(app: GitHub['app'], reader: GitHubApi): Promise<AppIdentity> {
  const { appId, slug } = await app();
  const login = `${slug}[bot]`;
  const user = await reader.rest.users.getByUsername({ username: login });
  return { appId, slug, userId: user.data.id, login };
}

/**
 * Adds a token to each request. A refused one did nothing, so it is asked again: with a new token (the cached one may
 * have been revoked), then after a wait (a new one is not known at once to all of GitHub).
 */
function authorizing(mint: (refresh: boolean) => Promise<CloneToken>, pace: Pace) {
  return async (
    request: RequestInterface,
    route: Route | EndpointOptions,
    parameters?: RequestParameters,
  ) => {
    const endpoint = request.endpoint.merge(route as Route, parameters);
    for (let attempt = 1; ; attempt++) {
      const { token } = await mint(attempt === 2);
      endpoint.headers.authorization = `token ${token}`;
      try {
        return await request(endpoint as EndpointOptions);
      } catch (error) {
        if ((error as { status?: number }).status !== 401 || attempt === 3) throw error;
        if (attempt === 2) await sleep(pace.beforeRepetition);
      }
    }
  };
}

function unusableKey(error: unknown): never {
  if (faultOf(error) !== null) throw error;
  throw new OperationalError(
    'github_unauthorised',
    `No token can be asked for with the App's private key (${messageOf(error)}): check APP_ID and PRIVATE_KEY.`,
  );
}
