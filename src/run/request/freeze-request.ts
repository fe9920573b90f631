import type { AttemptRules } from '../../core/attempts.ts';
import { OperationalError } from '../../core/errors.ts';
import type { RunLimits } from '../../core/limits.ts';
import type { RunRequest } from '../../core/run-record.ts';
import type { Actor, Place, Repository } from '../../core/trigger.ts';
import { modelFacts } from '../../model/prices.ts';
import { sanitize, sanitizeTitle } from '../../text/sanitize.ts';
import type { GitHubIssue, GitHubPull, RepositoryReader, ReviewThread } from '../github-ports.ts';
import { asComments, type Heard, hearComments, leftOutOf } from './hear-comments.ts';

/** What somebody asked for, after it was decided that it is done. */
export interface FreezeOptions {
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
export async function freezeIssue(
  issue: GitHubIssue,
  asked: FreezeOptions,
  reader: RepositoryReader,
): Promise<RunRequest> {
  const branch = asked.baseBranch ?? (await reader.about()).defaultBranch;
  const heard = await hearComments(asComments(await reader.comments(issue.number)), asked, reader);
  return {
    ...frozenParts(asked, issue, heard),
    base: { branch, commit: await commitOf(branch, reader) },
    pull: null,
  };
}

/** The same for a retry on a pull request of ours: its conversation, its review threads and its failed checks. */
export async function freezePull(
  issue: GitHubIssue,
  pull: GitHubPull,
  asked: FreezeOptions,
  reader: RepositoryReader,
): Promise<RunRequest> {
  const [mergeBase, failedChecks, threads] = await Promise.all([
    reader.mergeBase(pull.base.branch, pull.head.commit),
    reader.failedChecks(pull.head.commit),
    reader.threads(pull.number),
  ]);
  const talks = await Promise.all([
    reader.comments(issue.number).then(asComments),
    reader.comments(pull.number).then(asComments),
    reader.reviews(pull.number),
  ]);
  const inThreads = threads.flatMap((thread) =>
    thread.comments.map((comment) => ({ ...comment, about: placeOf(thread) })),
  );
  const heard = await hearComments([...talks.flat(), ...inThreads], asked, reader);
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

function placeOf({ path, line }: ReviewThread): string {
  return line === null ? path : `${path}:${line}`;
}

const checkCharacters = 4000;
/** Of more images in an issue than this the rest are not even named. */
const maximumImages = 20;

async function commitOf(branch: string, reader: RepositoryReader): Promise<string> {
  const commit = await reader.branch(branch);
  if (commit !== null) return commit;
  throw new OperationalError(
    'unknown_revision',
    `There is no branch ${branch} to start from. Push it, or name another one as base_branch in .github/ai-fix.yml.`,
  );
}

function frozenParts(asked: FreezeOptions, issue: GitHubIssue, heard: Heard) {
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
