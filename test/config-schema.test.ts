import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { repositorySchema } from '../src/environment/repository-config.ts';

it('docs/ai-fix.schema.json is the schema of .github/ai-fix.yml', async () => {
  const published = await readFile(new URL('../docs/ai-fix.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(published)).toEqual(z.toJSONSchema(repositorySchema, { io: 'input' }));
});
