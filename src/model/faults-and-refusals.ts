import { APIError } from 'openai';
import { messageOf, OperationalError } from '../core/errors.ts';
import { ModelFault } from './fault.ts';

/** What the SDK threw: a fault that another try may mend, or a refusal in words for people. */
export function classifyFailure(error: unknown, options: { baseUrl: string; model: string }): Error {
  if (!(error instanceof APIError)) {
    return new ModelFault('cut_stream', `the stream could not be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const status = error.status ?? 0;
  const isRefusal = status >= 400 && status < 500; // what a broken server says about models or money counts for nothing
  const said = error.message.slice(0, 500);
  const wait = secondsUntil(error.headers?.get('retry-after') ?? '');
  const retry = wait > 0 ? { retryAfterSeconds: wait } : {};
  const stop = (code: OperationalError['code'], message: string) =>
    new OperationalError(code, message, { cause: error });
  if (status === 401 || status === 403) {
    return stop(
      'model_refused_key',
      `The model endpoint ${options.baseUrl} refuses the key (${said}): set DEEPSEEK_API_KEY to a valid one.`,
    );
  }
  if (status === 402 || (isRefusal && /insufficient.balance|spend.limit|quota.*exceeded/i.test(said))) {
    return stop(
      'model_out_of_money',
      `The model account has no money left (${said}): top it up, then run again.`,
    );
  }
  if (status === 404 || (isRefusal && /model.*(not exist|not found|unknown)/i.test(said))) {
    return stop(
      'model_unknown',
      `The endpoint ${options.baseUrl} has no model ${options.model} (${said}): check AI_FIX_MODEL and DEEPSEEK_BASE_URL.`,
    );
  }
  if (status === 413 || (status === 400 && /context|too long|maximum.*tokens/i.test(said))) {
    return stop('context_overflow', `The conversation is longer than the model can take (${said}).`);
  }
  if (status === 429) return new ModelFault('rate_limited', said, { cause: error, ...retry });
  if (status >= 500 || status === 408 || status === 409) {
    return new ModelFault('server_error', said, { cause: error, ...retry });
  }
  if (status >= 400) {
    return stop(
      'model_rejected_request',
      `The model endpoint ${options.baseUrl} refuses the request: ${said}`,
    );
  }
  return new ModelFault('server_error', said, { cause: error });
}

/** Retry-After is a number of seconds or a date (RFC 9110, 10.2.3); 0 for what is neither, and for what is over. */
function secondsUntil(retryAfter: string): number {
  const seconds = retryAfter.trim() === '' ? Number.NaN : Number(retryAfter);
  const wait = Number.isNaN(seconds) ? (Date.parse(retryAfter) - Date.now()) / 1000 : seconds;
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}

/** The end after the last try. */
export function giveUp(fault: ModelFault, tries: number, baseUrl: string): OperationalError {
  const isSilent = fault.kind === 'unreachable' || fault.kind === 'timeout';
  const code = isSilent ? 'model_unreachable' : busyOrBroken(fault);
  const advice =
    fault.kind === 'rate_limited' || fault.kind === 'server_error'
      ? 'wait a while'
      : 'check DEEPSEEK_BASE_URL and the network';
  return new OperationalError(
    code,
    `The model at ${baseUrl} could not be asked (${fault.message}), also after ${tries} tries: ${advice}, then run again.`,
    { cause: fault },
  );
}

function busyOrBroken({ kind }: ModelFault): 'model_rate_limited' | 'model_broken_answer' {
  return kind === 'rate_limited' ? 'model_rate_limited' : 'model_broken_answer';
}

/** The end where the endpoint asks for more patience than a run has. */
export function waitTooLong(fault: ModelFault, seconds: number, baseUrl: string): OperationalError {
  return new OperationalError(
    busyOrBroken(fault),
    `The model at ${baseUrl} asks to wait ${Math.ceil(seconds)} s (${fault.message}): run again after that.`,
    { cause: fault },
  );
}
