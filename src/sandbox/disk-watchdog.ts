import type Docker from 'dockerode';

const everyMs = 1000;

/**
 * Watches what a container has written over its image while a command runs, for Engines that cannot limit it.
 * Calls `onExceeded` once the size is above the limit and still growing, so that a command that only
 * deletes can run afterwards. Asking costs the Engine a walk over the written files, so it is asked at
 * most a tenth of the time.
 */
export function watchDisk(
  container: Docker.Container,
  limitBytes: number,
  onExceeded: () => void,
): { readonly exceeded: boolean; stop(): void } {
  let exceeded = false;
  let stopped = false;
  let last = 0;
  let timer = setTimeout(check, everyMs);

  async function check(): Promise<void> {
    const started = performance.now();
    const size = await writtenBytes(container);
    if (stopped) return;
    if (size > limitBytes && size > last) {
      exceeded = true;
      onExceeded();
      return;
    }
    last = size;
    timer = setTimeout(check, Math.max(everyMs, 10 * (performance.now() - started)));
  }

  return {
    get exceeded() {
      return exceeded;
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

async function writtenBytes(container: Docker.Container): Promise<number> {
  try {
    // the published types lack the option and its answer
    const ask = container.inspect as (options: object) => Promise<{ SizeRw?: number }>;
    const { SizeRw } = await ask.call(container, { size: true });
    return SizeRw ?? 0;
  } catch {
    return 0; // a container that is gone writes nothing; its command is told by the channel
  }
}
