import { hasCode } from '../../core/errors.ts';
import { factsOf } from '../../report/run-facts.ts';
import { helpText, noRunReply, statusReply } from '../../report/status/replies.ts';
import { printMarker } from '../../text/markers.ts';
import type { RepositoryWriter } from '../github-ports.ts';
import { reactionTarget } from '../tell/reaction-target.ts';
import type { Request } from './trigger-ports.ts';

/** What `status` and `help` are answered with. */
export async function reply(which: 'status' | 'help', { trigger, ports }: Request): Promise<string> {
  if (which === 'help') return helpText();
  const run = await ports.store.latestRun(trigger.repository, trigger.subject.number);
  if (run === null) return noRunReply();
  const facts = factsOf(await ports.store.readEvents(run.id));
  return statusReply({ request: run.request, facts, run, now: ports.clock() });
}

/** Says it where it was asked. Where nothing may be written, as in a locked conversation, a sign has to do. */
export async function answer(request: Request, writer: RepositoryWriter, text: string): Promise<void> {
  try {
    await write(request, writer, text);
  } catch (error) {
    if (!hasCode(error, 'github_forbidden')) throw error;
    await react(request, writer, 'confused');
  }
}

async function write(
  { delivery, trigger, ports }: Request,
  writer: RepositoryWriter,
  text: string,
): Promise<void> {
  const { place, subject, repository } = trigger;
  const body = `${printMarker({ kind: 'answer', run: delivery })}\n${text}`;
  if (place.kind !== 'review_comment') {
    await writer.comment(subject.number, body);
    return;
  }
  const threads = await ports.github.on(repository).threads(subject.number);
  const thread = threads.find(({ comments }) => comments.some(({ id }) => id === place.id));
  await writer.reply(subject.number, thread?.id ?? place.id, body);
}

/** Shows that it was seen, where GitHub knows reactions. */
export async function react(
  { trigger }: Request,
  writer: RepositoryWriter,
  reaction: 'eyes' | 'confused',
): Promise<void> {
  const target = reactionTarget(trigger.place, trigger.subject.number);
  if (target !== null) await writer.react(target, reaction);
}
