import { type ErrorCode, OperationalError } from '../../core/errors.ts';
import { oneLine } from '../../text/one-line.ts';
import { headAndTail } from '../../text/truncate.ts';

/** Why GitHub says no, where its words tell. */
type ForbiddenWhy = 'archived' | 'locked' | 'permission' | 'suspended' | 'protected' | 'other';

/** What became of a request that did not succeed. */
export type Fault =
  | { kind: 'not_found' }
  /** There is no token for it. That says nothing of a single thing in the repository, so it is never "not there". */
  | { kind: 'no_access' }
  | { kind: 'gone' }
  | { kind: 'forbidden'; why: ForbiddenWhy; words: string }
  | { kind: 'unauthorised'; words: string }
  /** Understood and turned down, with GitHub's messages. `about` are the fields and codes they name: `head:invalid`. */
  | { kind: 'validation'; status: number; messages: string[]; about: string[] }
  /** Nothing was done; from `until` on it may be asked again. */
  | { kind: 'rate_limited'; until: Date }
  /** No answer, or none that can be used: whether it was done is not known. */
  | { kind: 'server'; words: string };

/** A request to GitHub that did not succeed: in words for people, and as a fault to decide by. */
export class GitHubError extends OperationalError {
  readonly fault: Fault;

  constructor(call: string, fault: Fault) {
    super(
      codes[fault.kind],
      wordsFor(call, fault),
      fault.kind === 'rate_limited' ? { until: fault.until } : {},
    );
    this.fault = fault;
  }
}

const codes = {
  not_found: 'github_not_found',
  no_access: 'github_not_found',
  gone: 'github_not_found',
  forbidden: 'github_forbidden',
  unauthorised: 'github_unauthorised',
  validation: 'github_rejected',
  rate_limited: 'rate_limited',
  server: 'github_unreachable',
} as const satisfies Record<Fault['kind'], ErrorCode>;

/** The fault behind an error, null when it is not one of a request. */
export function faultOf(error: unknown): Fault | null {
  return error instanceof GitHubError ? error.fault : null;
}

export function hasFault(error: unknown, ...kinds: Fault['kind'][]): boolean {
  const fault = faultOf(error);
  return fault !== null && kinds.includes(fault.kind);
}

/** What Octokit throws for a request, as far as it is used here. */
interface RequestFailure {
  status: number;
  message: string;
  request: { method: string; url: string };
  response?: { headers: Record<string, string | number | undefined>; data: unknown };
}

/**
 * An error of Octokit's as one of ours; any other error as it is. Octokit's own is not kept as the cause: it holds
 * the whole request and answer.
 */
export function toGitHubError(error: unknown, now: number): unknown {
  if (!isRequestFailure(error)) return error;
  const { method, url } = error.request;
  const path = URL.canParse(url) ? new URL(url).pathname : url;
  const fault = classifyFailure(error, now);
  return new GitHubError(`${method} ${path}`, path.endsWith('/access_tokens') ? ofToken(fault) : fault);
}

function isRequestFailure(error: unknown): error is RequestFailure {
  const { status, request } = (error ?? {}) as Partial<RequestFailure>;
  return error instanceof Error && typeof status === 'number' && typeof request?.url === 'string';
}

function classifyFailure(error: RequestFailure, now: number): Fault {
  const { status, response } = error;
  const words = response === undefined ? error.message : messageIn(response.data);
  if (response === undefined || status >= 500 || status < 400) return { kind: 'server', words: short(words) };
  if (status === 403 || status === 429) {
    const until = limitedUntil(status, response.headers, words, now);
    if (until !== null) return { kind: 'rate_limited', until };
    return { kind: 'forbidden', why: whyForbidden(words), words: short(words) };
  }
  if (status === 401) return { kind: 'unauthorised', words: short(words) };
  if (status === 404) return { kind: 'not_found' };
  if (status === 410) return { kind: 'gone' };
  if (status === 451) return { kind: 'forbidden', why: 'other', words: short(words) };
  return { kind: 'validation', status, ...problemsIn(response.data, words) };
}

/** A token for a repository or a permission that the installation does not have (any more). */
function ofToken(fault: Fault): Fault {
  if (fault.kind === 'not_found') return { kind: 'no_access' };
  if (fault.kind !== 'validation') return fault;
  const words = fault.messages.join('; ');
  return /permissions/i.test(words) ? { kind: 'forbidden', why: 'permission', words } : { kind: 'no_access' };
}

/** When a rate limit ends; null when the answer is about something else. Without a time, GitHub asks for a minute. */
function limitedUntil(
  status: number,
  headers: Record<string, string | number | undefined>,
  words: string,
  now: number,
): Date | null {
  const after = Number(headers['retry-after']);
  if (after > 0) return new Date(now + after * 1000);
  const reset = Number(headers['x-ratelimit-reset']);
  if (String(headers['x-ratelimit-remaining']) === '0' && reset > 0) return new Date(reset * 1000);
  if (status === 429 || /rate limit|abuse detection/i.test(words)) return new Date(now + 60_000);
  return null;
}

const reasons: [RegExp, ForbiddenWhy][] = [
  [/archived|read-only/i, 'archived'],
  [/locked/i, 'locked'],
  [/suspended/i, 'suspended'],
  [/protected|rule violation/i, 'protected'],
  [/not accessible by integration|permission/i, 'permission'],
];

function whyForbidden(words: string): ForbiddenWhy {
  return reasons.find(([pattern]) => pattern.test(words))?.[1] ?? 'other';
}

function messageIn(data: unknown): string {
  const message = (data as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : 'no message';
}

/** GitHub's messages are texts, or a field and a code with or without a message. */
function problemsIn(data: unknown, words: string): { messages: string[]; about: string[] } {
  const errors = (data as { errors?: unknown } | null)?.errors;
  const messages = [short(words)];
  const about: string[] = [];
  for (const error of Array.isArray(errors) ? errors.slice(0, 10) : []) {
    if (typeof error === 'string') messages.push(short(error));
    const { field, code, message } = (error ?? {}) as Record<string, unknown>;
    if (typeof code === 'string') about.push(`${field ?? ''}:${code}`);
    if (typeof message === 'string') messages.push(short(message));
    else if (typeof code === 'string') messages.push(short(`${field ?? ''} is ${code}`));
  }
  return { messages, about };
}

function short(words: string): string {
  return oneLine(headAndTail(words, 500));
}

function wordsFor(call: string, fault: Fault): string {
  switch (fault.kind) {
    case 'no_access':
      return `The App has no access to the repository any more (${call}): it was deleted or moved, or the App was uninstalled there.`;
    case 'not_found':
    case 'gone':
      return `GitHub has nothing there, or ai-fix may not see it (${call}): it was deleted or moved, or the App has no access to the repository any more.`;
    case 'forbidden':
      return `GitHub does not allow this (${call}): ${fault.words}. ${advice[fault.why]}`;
    case 'unauthorised':
      return `GitHub does not accept the App's credentials (${call}): ${fault.words}. Check APP_ID, PRIVATE_KEY and the clock of this host.`;
    case 'validation':
      return `GitHub turned a request down (${call}): ${fault.messages.join('; ')}.`;
    case 'rate_limited':
      return `GitHub's rate limit is used up (${call}): it goes on at ${fault.until.toISOString()}.`;
    case 'server':
      return `GitHub gave no usable answer (${call}): ${fault.words}. Try again later; https://www.githubstatus.com shows known faults.`;
  }
}

const advice: Record<ForbiddenWhy, string> = {
  archived: 'Unarchive the repository to let ai-fix work on it.',
  locked: 'Unlock the conversation to let ai-fix write there.',
  suspended: "Unsuspend the App's installation.",
  protected: "Allow the App in the repository's branch rules, for branches that begin with ai-fix/.",
  permission: "Accept the permissions that the App asks for on its installation's page.",
  other: "Look at the App's installation and at the repository's rules.",
};
