import type { Usage } from '../core/conversation.ts';

export type FaultKind =
  | 'rate_limited'
  | 'server_error'
  | 'unreachable'
  | 'timeout'
  | 'cut_stream'
  | 'empty_answer'
  | 'not_a_stream'
  | 'too_large';

/** What an answer that broke off costs, as far as it came. */
export interface Lost {
  usage: Usage;
  usd: number;
}

/** Something between us and the model went wrong in a way that another try may mend. */
export class ModelFault extends Error {
  override readonly name = 'ModelFault';
  readonly kind: FaultKind;
  /** What the endpoint asks to wait. */
  readonly retryAfterSeconds: number | null;
  /** Null where nothing had come. */
  lost: Lost | null = null;

  constructor(kind: FaultKind, message: string, options: ErrorOptions & { retryAfterSeconds?: number } = {}) {
    super(message, options);
    this.kind = kind;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}
