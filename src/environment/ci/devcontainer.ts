import { parse as parseJsonWithComments } from 'jsonc-parser';
import { z } from 'zod';
import { quoteWord } from '../../text/quote-word.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import type { Job } from './jobs.ts';

const paths = ['.devcontainer/devcontainer.json', '.devcontainer.json'];

const command = z.union([
  z.string(),
  z.array(z.string()).transform((words) => words.map(quoteWord).join(' ')),
]);
const commands = z
  .union([
    command.transform((text) => [text]),
    z.record(z.string(), command).transform(Object.values<string>),
  ])
  .default([])
  .catch([]);
const schema = z.object({
  onCreateCommand: commands,
  updateContentCommand: commands,
  postCreateCommand: commands,
});

/** What a development container does once it is made. Its image is not used: it is for a person's editor. */
export async function readDevcontainer(files: RepositoryFiles): Promise<Job | null> {
  for (const [source, text] of await files.readAll(paths)) {
    const found = schema.safeParse(parseJsonWithComments(text, [], { allowTrailingComma: true })).data;
    const all = Object.values(found ?? {}).flat();
    const plain = all.filter((run) => !run.includes('${'));
    if (plain.length > 0) return { source, steps: plain.map((run) => ({ run, directory: '', env: {} })) };
  }
  return null;
}
