import type { WrittenImage } from '../../core/issue-image.ts';
import type { FrozenComment } from '../../core/run-record.ts';
import type { Actor } from '../../core/trigger.ts';
import { modelFacts } from '../../model/prices.ts';
import { count } from '../../text/count.ts';
import { type Sanitized, sanitize } from '../../text/sanitize.ts';
import { canWrite } from '../../trigger/facts.ts';
import { parseCommand } from '../../trigger/parse-command.ts';
import type { GitHubComment, RepositoryReader } from '../github-ports.ts';

const commentCharacters = 8000;
/** Of more comments than this only the newest are read. */
const maximumComments = 50;

/** The comments that count, and what was left out. */
export interface Heard {
  comments: FrozenComment[];
  /** GitHub's ids of them. */
  ids: number[];
  images: WrittenImage[];
  leftOut: string[];
}

type Spoken = GitHubComment & { about?: string; canShow?: true };

/** Comments of an issue or a pull request, and not of a review: GitHub can be asked for what their images show. */
export const asComments = (comments: readonly GitHubComment[]): Spoken[] =>
  comments.map((comment) => ({ ...comment, canShow: true }));

/** Only people who may write are heard: neither strangers nor bots, nor ai-fix itself or orders to it. */
export async function hearComments(
  spoken: readonly Spoken[],
  asked: { myUserId: number; model: string },
  reader: RepositoryReader,
): Promise<Heard> {
  const inOrder = [...spoken].sort((one, other) => one.createdAt.localeCompare(other.createdAt));
  const said = inOrder.filter(
    ({ author, body }) => author?.id !== asked.myUserId && parseCommand(body) === null && body.trim() !== '',
  );
  const writers = await writersAmong(said, reader);
  const [counted, strangers] = partition(said, ({ author }) => author !== null && writers.has(author.id));
  const newest = counted.slice(-maximumComments);
  const texts = newest.map((comment) => ({ ...comment, ...sanitize(comment.body, commentCharacters) }));
  const { seesImages } = modelFacts(asked.model);
  const leftOut = texts.flatMap(({ author, canShow = false, ...text }) =>
    leftOutOf(text, seesImages && canShow).map((what) => `${what} in a comment by ${author?.login}`),
  );
  if (strangers.length > 0)
    leftOut.push(`${count(strangers.length, 'comment')} by people without write access`);
  if (newest.length < counted.length)
    leftOut.push(`the oldest ${count(counted.length - newest.length, 'comment')}`);
  return {
    comments: texts.map(({ author, createdAt, text, about }) => ({
      author: author?.login ?? 'ghost',
      at: createdAt,
      text,
      about: about ?? null,
    })),
    ids: newest.map(({ id }) => id),
    images: texts.flatMap(imagesIn),
    leftOut,
  };
}

function imagesIn({ id, author, canShow, images }: Spoken & Sanitized): WrittenImage[] {
  if (canShow !== true) return [];
  return images.map(({ url, description }) => {
    const by = `in a comment by ${author?.login ?? 'ghost'}`;
    return { url, description: description === '' ? by : `${description}, ${by}`, comment: id };
  });
}

async function writersAmong(spoken: readonly Spoken[], reader: RepositoryReader): Promise<Set<number>> {
  const people = new Map<number, Actor>();
  // the newest first: of many who wrote, those who wrote last are asked about
  for (const { author } of spoken.toReversed())
    if (author !== null && !author.bot) people.set(author.id, author);
  const asked = [...people.values()].slice(0, maximumComments);
  const allowed = await Promise.all(asked.map(async (actor) => canWrite(await reader.permission(actor))));
  return new Set(asked.filter((_, index) => allowed[index]).map(({ id }) => id));
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** What was taken out of a text, for people; its images too, where the model is not shown them. */
export function leftOutOf(
  { removed, images }: Pick<Sanitized, 'removed' | 'images'>,
  areShown = false,
): string[] {
  return images.length === 0 || areShown ? removed : [...removed, count(images.length, 'image')];
}
