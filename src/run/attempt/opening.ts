import { randomBytes } from 'node:crypto';
import { firstMessages } from '../../agent/first-message.ts';
import { prompt } from '../../agent/prompts.ts';
import type { Message } from '../../core/conversation.ts';
import type { ModelProfile } from '../../core/model-profile.ts';
import { sourcesOf } from '../sources.ts';
import type { RunContext } from './attempt-context.ts';

/** The messages that a run begins with. No two calls give the same: all attempts of a run share one. */
export async function makeOpening({ task, text, files, ground, adapters }: RunContext): Promise<Message[]> {
  const boundary = `-----${randomBytes(16).toString('hex')}-----`;
  const sources = await sourcesOf(files);
  return firstMessages(text, ground.environment.plan, sources, boundary, adapters.modelProfile(task.model));
}

/** The opening for another model: the same, but for images that this one cannot see. */
export function openingFor(opening: readonly Message[], { seesImages }: ModelProfile): Message[] {
  return opening.map((message) =>
    seesImages || typeof message.content === 'string'
      ? message
      : { role: 'user', content: prompt('unseen-images', { list: 'all of them: you cannot see images' }) },
  );
}
