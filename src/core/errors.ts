/**
 * An expected failure of something outside ai-fix (the Docker Engine, the model, a repository, a file).
 * The message is for people: what happened, then what to do about it. Bugs throw plain errors.
 */
export class OperationalError extends Error {
  override readonly name = 'OperationalError';
  readonly code: ErrorCode;
  /** When asking again can help, where the other side said it: after a rate limit. */
  readonly until: Date | null;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions & { until?: Date }) {
    super(message, options);
    this.code = code;
    this.until = options?.until ?? null;
  }
}

export type ErrorCode =
  // what the user gave cannot be worked on: the run is refused and nothing was paid
  | 'not_a_repository'
  | 'empty_repository'
  | 'unknown_revision'
  | 'bad_issue'
  | 'bad_config'
  | 'no_environment'
  | 'install_failed'
  | 'tests_do_not_start'
  | 'change_refused'
  | 'not_permitted'
  // something the run needs is missing or broken
  | 'engine_unavailable'
  | 'image_unavailable'
  | 'sandbox_died'
  | 'sandbox_command_failed'
  | 'disk_full'
  | 'git_failed'
  | 'model_unreachable'
  | 'model_refused_key'
  | 'model_out_of_money'
  | 'model_unknown'
  | 'model_rejected_request'
  | 'context_overflow'
  | 'model_broken_answer'
  | 'model_rate_limited'
  | 'github_not_found'
  | 'github_forbidden'
  | 'github_unauthorised'
  | 'github_rejected'
  | 'github_unreachable'
  | 'rate_limited'
  | 'publish_failed'
  // the App's own state
  | 'database_unavailable'
  | 'data_too_new'
  | 'data_corrupt'
  | 'directory_in_use'
  | 'worker_died'
  | 'run_lost';

const modelFailures = new Set<ErrorCode>([
  'model_unreachable',
  'model_refused_key',
  'model_out_of_money',
  'model_unknown',
  'model_rejected_request',
  'model_broken_answer',
  'model_rate_limited',
]);

const refusals = new Set<ErrorCode>([
  'not_a_repository',
  'empty_repository',
  'unknown_revision',
  'bad_issue',
  'bad_config',
  'no_environment',
  'install_failed',
  'tests_do_not_start',
  'change_refused',
  'not_permitted',
]);

/** Whether it is an expected failure of one of these kinds. */
export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is OperationalError {
  return error instanceof OperationalError && codes.includes(error.code);
}

/** True when the cause lies in what was asked, so that asking again without a change is of no use. */
export function isRefusal(error: unknown): error is OperationalError {
  return error instanceof OperationalError && refusals.has(error.code);
}

/** Whether the model, or the way to it, is what failed. */
export function isModelFailure(error: unknown): error is OperationalError {
  return error instanceof OperationalError && modelFailures.has(error.code);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The error that came first, where others came while things were put away because of it. */
export function originOf(error: unknown): unknown {
  return error instanceof SuppressedError ? originOf(error.suppressed) : error;
}
