import { setTimeout as sleep } from 'node:timers/promises';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import { toGitHubError } from './faults.ts';
import { heedLimits, type Limits } from './limits.ts';
import type { WriteLog, Writer } from './once.ts';

/** What GitHub asks of Apps, in milliseconds. Tests lower it; nothing else should. */
export interface Pace {
  betweenWrites: number;
  /** Between writes that send mail: comments, pull requests, reviews. */
  betweenNotifications: number;
  /** The first wait before something is asked again; later ones are longer. */
  beforeRepetition: number;
  /** How long to wait for an answer. */
  answer: number;
  /** The longest wait for a rate limit to pass; a longer one is an error that says until when. */
  rateLimit: number;
}

export const githubPace: Pace = {
  betweenWrites: 1000,
  betweenNotifications: 3000,
  beforeRepetition: 1000,
  answer: 30_000,
  rateLimit: 60_000,
};

/** Where the calls of an Octokit are told; nothing of a body or a header is. */
export interface GitHubLog {
  debug(message: string): unknown;
  info(message: string): unknown;
  warn(message: string): unknown;
  error(message: string): unknown;
}

/** One answer, or null for `status` when none came. `remaining` is what is left of the rate limit, where it says so. */
export type OnAnswer = (answer: { status: number | null; limitOf: string; remaining: number | null }) => void;

/** The Octokit that plugins get: the core, without the methods of other plugins. */
type PluginOctokit = Parameters<typeof throttling>[0];

const silence: GitHubLog = { debug() {}, info() {}, warn() {}, error() {} };

export interface OctokitSettings {
  apiUrl: string;
  pace: Pace;
  log: GitHubLog | undefined;
  /** Told of every request that went out, repetitions included. */
  onAnswer: OnAnswer | undefined;
  /** Writes of one installation are spaced together, and limits hold for all of it. */
  paceGroup: string;
  limits: Limits;
  writes: WriteLog;
  /** A strategy of Octokit's: an object with a `hook` that adds the authorization. Null for none. */
  authorize: { hook: unknown } | null;
}

/** Answers that should be JSON and are not (a gateway's page, a cut body) are faults, not data. */
function strictAnswers(octokit: PluginOctokit) {
  octokit.hook.wrap('request', async (request, options) => {
    const response = await request(options);
    const isBare = response.status === 204 || response.status === 205 || options.method === 'HEAD';
    if (isBare || (typeof response.data === 'object' && response.data !== null)) return response;
    const what = response.data === '' ? 'an empty answer' : 'an answer that is not whole JSON';
    throw Object.assign(new Error(what), { status: 502, request: options });
  });
}

/** Repeats reads only: a write that was repeated blindly could have two effects. Making a token is like a read. */
function repeatReadsOnly(octokit: PluginOctokit) {
  octokit.hook.before('request', (options) => {
    const isRepeatable = options.method === 'GET' || options.url.endsWith('/access_tokens');
    // a number of retries in the options would hold for every error, also for those that never pass
    // a copy: all requests of an Octokit without options of their own share the object
    if (!isRepeatable) options.request = { ...options.request, retries: 0 };
  });
}

/** Registered last, so that all above see Octokit's errors and all callers see ours. */
function ownErrors(octokit: PluginOctokit) {
  octokit.hook.error('request', (error) => {
    throw toGitHubError(error, Date.now());
  });
}

const OurOctokit = Octokit.plugin(strictAnswers, throttling, retry, repeatReadsOnly, ownErrors);

/** An Octokit whose errors are `GitHubError`s, whose writes are spaced and never repeated, whose reads are repeated. */
export interface GitHubApi extends Pick<Octokit, 'rest' | 'request' | 'paginate'>, Writer {}

export function createOctokit({
  apiUrl,
  pace,
  log = silence,
  onAnswer = () => {},
  paceGroup,
  limits,
  writes,
  authorize,
}: OctokitSettings): GitHubApi {
  const waitOnce = (seconds: number, _options: unknown, _octokit: unknown, retries: number) =>
    retries === 0 && seconds * 1000 <= pace.rateLimit;
  const octokit = new OurOctokit({
    baseUrl: apiUrl,
    userAgent: 'ai-fix',
    log,
    ...(authorize === null ? {} : { authStrategy: () => authorize, auth: {} }),
    request: { fetch: telling(withTimeLimit(pace.answer), paceGroup, onAnswer), log },
    retry: {
      retries: 2,
      doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451],
      retryAfterBaseValue: pace.beforeRepetition,
    },
    throttle: {
      id: paceGroup,
      retryAfterBaseValue: 1000,
      onRateLimit: waitOnce,
      onSecondaryRateLimit: waitOnce,
      ...spacing(pace),
    },
  });
  octokit.hook.wrap('request', heedLimits(limits, paceGroup, pace.rateLimit));
  const { beforeRepetition } = pace;
  const pause = (times: number) => sleep(beforeRepetition * times);
  return Object.assign(octokit, { pause, beforeRepetition, writes });
}

/** GitHub's own times are those of the plugin, shared by all Octokits of this process. */
function spacing({ betweenWrites, betweenNotifications }: Pace) {
  const isUsual =
    betweenWrites === githubPace.betweenWrites && betweenNotifications === githubPace.betweenNotifications;
  if (isUsual) return {};
  return { write: spacedBy(betweenWrites), notifications: spacedBy(betweenNotifications) };
}

/** Stands for one of the plugin's groups, of which it calls nothing else. */
function spacedBy(milliseconds: number): never {
  let free = 0;
  const schedule = async <T>(_: unknown, job: () => Promise<T>): Promise<T> => {
    // a clock that is set back must not make writes wait for it
    const now = performance.now();
    const wait = free - now;
    free = Math.max(free, now) + milliseconds;
    if (wait > 0) await sleep(wait);
    return job();
  };
  return { key: () => ({ schedule }) } as never;
}

/** Counts from when the request is sent, not from when it began to wait for its turn. */
function withTimeLimit(milliseconds: number): typeof fetch {
  return (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(milliseconds) });
}

function telling(ask: typeof fetch, limitOf: string, onAnswer: OnAnswer): typeof fetch {
  return async (input, init) => {
    const response = await ask(input, init).catch((error: unknown) => {
      onAnswer({ status: null, limitOf, remaining: null });
      throw error;
    });
    const remaining = response.headers.get('x-ratelimit-remaining');
    onAnswer({ status: response.status, limitOf, remaining: remaining === null ? null : Number(remaining) });
    return response;
  };
}
