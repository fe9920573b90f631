import { expect, it } from 'vitest';
import { OperationalError } from '../../../src/core/errors.ts';
import { imagesFor } from '../../../src/run/execute/issue-images.ts';

const images = [{ url: 'https://x.y/1', description: 'a' }];
const request = { issue: { number: 1, title: 't', text: 'x', url: 'u', images } };
const shown = { description: 'a', url: 'data:', problem: null };

it('images are asked for where the model sees, and only there', async () => {
  const reader = { images: async () => [shown] };
  expect(await imagesFor(request, { seesImages: true }, reader)).toEqual([shown]);
  const blind = await imagesFor(
    request,
    { seesImages: false },
    { images: () => Promise.reject(new Error()) },
  );
  expect(blind).toMatchObject([{ description: 'a', url: null }]);
});

it('GitHub that cannot be asked costs the images and not the run', async () => {
  const reader = { images: () => Promise.reject(new OperationalError('github_unreachable', 'down')) };
  expect(await imagesFor(request, { seesImages: true }, reader)).toMatchObject([
    { url: null, problem: 'GitHub could not be asked for it' },
  ]);
});
