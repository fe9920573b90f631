import { messageOf, OperationalError } from '../core/errors.ts';

/** What the Engine answered, as far as it answered. */
export function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number }).statusCode;
}

/** An error of the Engine, or of the way to it, in words. */
export function engineError(error: unknown): OperationalError {
  if (error instanceof OperationalError) return error;
  const what = statusOf(error) === undefined ? 'does not answer' : 'refused';
  return new OperationalError('engine_unavailable', `The Docker Engine ${what}: ${messageOf(error)}`, {
    cause: error,
  });
}

/** The Engine's answer; its errors in words. */
export async function fromEngine<Answer>(asking: Promise<Answer>): Promise<Answer> {
  try {
    return await asking;
  } catch (error) {
    throw engineError(error);
  }
}
