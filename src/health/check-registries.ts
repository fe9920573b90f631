import { readdir } from 'node:fs/promises';
import { messageOf } from '../core/errors.ts';
import type { Check } from './health.ts';

const whatToDo =
  'No run can install anything until it can be: name another directory, or let the user that runs ai-fix read it.';

/** Whether the directory that gives access to private registries is there. */
export function checkRegistries(directory: string): Check {
  const problem = `AI_FIX_REGISTRIES names ${directory}, which cannot be read`;
  return {
    late: `${problem}: it does not answer. ${whatToDo}`,
    look: () =>
      readdir(directory).then(
        () => null,
        (error: unknown) => `${problem}: ${messageOf(error)}. ${whatToDo}`,
      ),
  };
}
