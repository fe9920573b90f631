import type { AttemptRules } from '../core/attempts.ts';
import { OperationalError } from '../core/errors.ts';
import type { WrittenImage } from '../core/issue-image.ts';
import type { RunLimits } from '../core/limits.ts';
import type { FrozenComment, RunRequest } from '../core/run-record.ts';
import type { Actor, Place, Repository } from '../core/trigger.ts';
import { modelFacts } from '../model/prices.ts';
import { count } from '../text/count.ts';
import { type Sanitized, sanitize, sanitizeTitle } from '../text/sanitize.ts';
import { canWrite } from '../trigger/facts.ts';
import { parseCommand } from '../trigger/parse-command.ts';
import type { HubComment, HubIssue, HubPull, HubRepository, HubThread } from './hub.ts';

/** What somebody asked for, after it was decided that it is done. */
export interface Asked {
  repository: Repository;
  actor: Actor;
  place: Place;
  /** By GitHub's clock, where that is known. */
  askedAt: string | null;
  /** The words after the command, as they were written. */
  words: string;
  /** Null: the repository's default branch. */
  baseBranch: string | null;
  model: string;
  limits: RunLimits;
  attempts: AttemptRules;
  /** The App's own user id: its own words are not read. */
  myUserId: number;
}

/**
 * Reads all that a run on an issue will know, once: what was approved is what is read. People without write access
 * are not heard, but for the issue itself.
 */
export async function freezeIssue(issue: HubIssue, asked: Asked, hub: HubRepository): Promise<RunRequest> {
  const branch = asked.baseBranch ?? (await hub.about()).defaultBranch;
  const heard = await hear(asComments(await hub.comments(issue.number)), asked, hub);
  return {
    ...frozenParts(asked, issue, heard),
    base: { branch, commit: await commitOf(branch, hub) },
    pull: null,
  };
}

/** The same for a retry on a pull request of ours: its conversation, its review threads and its failed checks. */
export async function freezePull(
  issue: HubIssue,
  pull: HubPull,
  asked: Asked,
  hub: HubRepository,
): Promise<RunRequest> {
  const [mergeBase, failedChecks, threads] = await Promise.all([
    hub.mergeBase(pull.base.branch, pull.head.commit),
    hub.failedChecks(pull.head.commit),
    hub.threads(pull.number),
  ]);
  const talks = await Promise.all([
    hub.comments(issue.number).then(asComments),
    hub.comments(pull.number).then(asComments),
    hub.reviews(pull.number),
  ]);
  const inThreads = threads.flatMap((thread) =>
    thread.comments.map((comment) => ({ ...comment, about: placeOf(thread) })),
  );
  const heard = await hear([...talks.flat(), ...inThreads], asked, hub);
  const authors = new Set(heard.ids);
  return {
    ...frozenParts(asked, issue, heard),
    base: { branch: pull.base.branch, commit: pull.head.commit },
    pull: {
      number: pull.number,
      branch: pull.head.branch,
      mergeBase,
      threads: threads
        .filter(({ comments }) => comments.some(({ id }) => authors.has(id)))
        .map((thread) => ({ id: thread.id, about: placeOf(thread) })),
      failedChecks: failedChecks.map(({ name, summary }) => ({
        name: sanitizeTitle(name),
        summary: sanitize(summary, checkCharacters).text,
      })),
    },
  };
}

function placeOf({ path, line }: HubThread): string {
  return line === null ? path : `${path}:${line}`;
}

const checkCharacters = 4000;
const commentCharacters = 8000;
/** Of more images in an issue than this the rest are not even named. */
const maximumImages = 20;
/** Of more comments than this only the newest are read. */
const maximumComments = 50;

async function commitOf(branch: string, hub: HubRepository): Promise<string> {
  const commit = await hub.branch(branch);
  if (commit !== null) return commit;
  throw new OperationalError(
    'unknown_revision',
    `There is no branch ${branch} to start from. Push it, or name another one as base_branch in .github/ai-fix.yml.`,
  );
}

function frozenParts(asked: Asked, issue: HubIssue, heard: Heard) {
  const { repository, actor, place, askedAt, model, limits, attempts } = asked;
  const text = sanitize(issue.body);
  const images = [...text.images, ...heard.images].slice(0, maximumImages);
  const words = sanitize(asked.words);
  return {
    repository,
    actor,
    place,
    ...(askedAt === null ? {} : { askedAt }),
    ...{ model, limits, attempts },
    words: words.text,
    issue: {
      number: issue.number,
      title: sanitizeTitle(issue.title),
      text: text.text,
      url: issue.url,
      ...(images.length === 0 ? {} : { images }),
    },
    comments: heard.comments,
    leftOut: [
      ...leftOutOf(text, modelFacts(model).seesImages).map((what) => `${what} in the issue`),
      ...leftOutOf(words).map((what) => `${what} in the command`),
      ...heard.leftOut,
    ],
  };
}

/** The comments that count, and what was left out. */
interface Heard {
  comments: FrozenComment[];
  /** GitHub's ids of them. */
  ids: number[];
  images: WrittenImage[];
  leftOut: string[];
}

type Spoken = HubComment & { about?: string; canShow?: true };

/** Comments of an issue or a pull request, and not of a review: GitHub can be asked for what their images show. */
const asComments = (comments: readonly HubComment[]): Spoken[] =>
  comments.map((comment) => ({ ...comment, canShow: true }));

/** Only people who may write are heard: neither strangers nor bots, nor ai-fix itself or orders to it. */
async function hear(spoken: readonly Spoken[], asked: Asked, hub: HubRepository): Promise<Heard> {
  const inOrder = [...spoken].sort((one, other) => one.createdAt.localeCompare(other.createdAt));
  const said = inOrder.filter(
    ({ author, body }) => author?.id !== asked.myUserId && parseCommand(body) === null && body.trim() !== '',
  );
  const writers = await writersAmong(said, hub);
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

async function writersAmong(spoken: readonly Spoken[], hub: HubRepository): Promise<Set<number>> {
  const people = new Map<number, Actor>();
  // the newest first: of many who wrote, those who wrote last are asked about
  for (const { author } of spoken.toReversed())
    if (author !== null && !author.bot) people.set(author.id, author);
  const asked = [...people.values()].slice(0, maximumComments);
  const allowed = await Promise.all(asked.map(async (actor) => canWrite(await hub.permission(actor))));
  return new Set(asked.filter((_, index) => allowed[index]).map(({ id }) => id));
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

function leftOutOf({ removed, images }: Pick<Sanitized, 'removed' | 'images'>, areShown = false): string[] {
  return images.length === 0 || areShown ? removed : [...removed, count(images.length, 'image')];
}
