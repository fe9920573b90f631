import { hasCode } from '../../core/errors.ts';

/**
 * Waits for what a run can do without: when it fails, that is told and no more. A rate limit rejects, to be waited for:
 * what comes before the end would stay undone for ever.
 */
export async function unlessLimited(
  work: Promise<unknown>,
  onError: (error: unknown) => void,
): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (hasCode(error, 'rate_limited')) throw error;
    onError(error);
  }
}
