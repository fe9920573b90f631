import { hasFault } from './faults.ts';

/** The answer, or null when GitHub has nothing there (any more). */
export async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (hasFault(error, 'not_found', 'gone')) return null;
    throw error;
  }
}
