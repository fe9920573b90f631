import { testEngine } from './sandbox.ts';

/** Environments that runs built are kept as images: those of a test are of no use to anybody. */
export async function removeEnvironments(images: ReadonlySet<string>): Promise<void> {
  const { docker } = await testEngine();
  for (const image of images) {
    await docker
      .getImage(image)
      .remove({ force: true })
      .catch(() => {});
  }
}
