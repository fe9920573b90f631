import { randomBytes } from 'node:crypto';
import { firstMessages } from '../agent/first-message.ts';
import { prompt } from '../agent/prompts.ts';
import type { Message } from '../core/conversation.ts';
import type { Reader } from '../core/reader.ts';
import type { Course } from './rounds.ts';

/** The messages that a run begins with. No two calls give the same: all attempts of a run share one. */
export async function makeOpening({ task, text, files, ground, adapters }: Course): Promise<Message[]> {
  const repository = {
    paths: await files.paths(),
    read: (paths: readonly string[]) => files.readAll(paths),
    ids: (paths: readonly string[]) => files.ids(paths),
  };
  const boundary = `-----${randomBytes(16).toString('hex')}-----`;
  return firstMessages(text, ground.environment.plan, repository, boundary, adapters.reader(task.model));
}

/** The opening for another model: the same, but for images that this one cannot see. */
export function openingFor(opening: readonly Message[], { seesImages }: Reader): Message[] {
  return opening.map((message) =>
    seesImages || typeof message.content === 'string'
      ? message
      : { role: 'user', content: prompt('unseen-images', { list: 'all of them: you cannot see images' }) },
  );
}
