import { messageOf } from '../core/errors.ts';
import type { Check } from './health.ts';

/** The Docker Engine with the image that sandboxes start from. */
export interface EngineToCheck {
  ping(): Promise<unknown>;
  hasImage(): Promise<boolean>;
  image: string;
}

const whatToDo = 'No run can go on until it does: look at it with `docker info`, and start it.';

/** Whether sandboxes can be started. */
export function checkEngine({ ping, hasImage, image }: EngineToCheck): Check {
  return {
    late: `The Docker Engine does not answer. ${whatToDo}`,
    async look() {
      try {
        await ping();
        if (await hasImage()) return null;
        return `The sandbox image ${image} is gone from the Docker Engine: restart ai-fix, which builds its own again, or pull yours.`;
      } catch (error) {
        return `The Docker Engine does not answer (${messageOf(error)}). ${whatToDo}`;
      }
    },
  };
}
