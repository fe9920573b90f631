import { expect, it } from 'vitest';
import type { Message } from '../../../src/core/conversation.ts';
import { openingFor } from '../../../src/run/attempt/opening.ts';

const prices = { cacheHit: 1, cacheMiss: 2, output: 3 };
const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } } as const;
const opening: Message[] = [
  { role: 'system', content: 'You are a helpful software engineer assistant.' },
  { role: 'user', content: 'Please fix it.' },
  { role: 'user', content: [{ type: 'text', text: '1. a chart' }, image] },
];

it('the opening is the same for a model that sees, and shows no images to one that does not', () => {
  expect(openingFor(opening, { seesImages: true, prices })).toEqual(opening);
  const blind = openingFor(opening, { seesImages: false, prices });
  expect(blind.slice(0, 2)).toEqual(opening.slice(0, 2));
  expect(blind[2]).toMatchObject({ role: 'user', content: expect.stringContaining('you cannot see images') });
});
