export type FaultKind =
  | 'rate_limited'
  | 'server_error'
  | 'unreachable'
  | 'timeout'
  | 'cut_stream'
  | 'empty_answer'
  | 'not_a_stream'
  | 'too_large';

/** Something between us and the model went wrong in a way that another try may mend. */
export class ModelFault extends Error {
  override readonly name = 'ModelFault';
  readonly kind: FaultKind;
  /** What the endpoint asks to wait. */
  readonly retryAfterSeconds: number | null;

  constructor(kind: FaultKind, message: string, options: ErrorOptions & { retryAfterSeconds?: number } = {}) {
    super(message, options);
    this.kind = kind;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}
