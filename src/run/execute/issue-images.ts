import { OperationalError } from '../../core/errors.ts';
import { type IssueImage, notShown } from '../../core/issue-image.ts';
import type { ModelProfile } from '../../core/model-profile.ts';
import type { RunRequest } from '../../core/run-record.ts';
import type { RepositoryReader } from '../github-ports.ts';

/** The images of the issue and its comments for the model that reads it. A run does not fail because of them. */
export async function imagesFor(
  { issue }: Pick<RunRequest, 'issue'>,
  { seesImages }: Pick<ModelProfile, 'seesImages'>,
  reader: Pick<RepositoryReader, 'images'>,
): Promise<IssueImage[]> {
  const { number, images = [] } = issue;
  if (images.length === 0 || !seesImages) return images.map((image) => notShown(image, 'it was not fetched'));
  try {
    return await reader.images(number, images);
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    return images.map((image) => notShown(image, 'GitHub could not be asked for it'));
  }
}
