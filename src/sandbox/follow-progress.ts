import type Docker from 'dockerode';

/** Waits until a pull, an import or a build is over. Of a build the Engine tells in its stream alone that it failed. */
export async function followProgress(
  docker: Docker,
  stream: NodeJS.ReadableStream,
  onLine: (line: string) => void = () => {},
): Promise<void> {
  const failures: string[] = [];
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error) => (error ? reject(error) : resolve()),
      (event: { stream?: string; error?: string }) => {
        const line = event.stream?.trim();
        if (line) onLine(line);
        if (event.error !== undefined) failures.push(event.error);
      },
    );
  });
  if (failures.length > 0) throw new Error(failures.join('\n'));
}
