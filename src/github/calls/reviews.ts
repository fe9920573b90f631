import type { Actor, Repository } from '../../core/trigger.ts';
import type { GitHubApi } from '../connection/octokit.ts';
import { once } from '../connection/once.ts';
import { collectPages } from '../connection/pages.ts';
import { keyOf, named } from '../connection/repository-name.ts';
import { actorOf } from './actor.ts';
import type { OurText } from './comments.ts';

export interface Review {
  id: number;
  author: Actor | null;
  body: string;
  createdAt: string;
}

interface ReviewComment {
  id: number;
  author: Actor | null;
  body: string;
  path: string;
  /** The line it is about in the newest head; null when the line is gone or the comment is about the file. */
  line: number | null;
  /** The line in the commit that was looked at. */
  originalLine: number | null;
  createdAt: string;
}

/** A conversation about a place in the diff. `id` is its first comment's, by which GitHub takes replies. */
export interface ReviewThread {
  id: number;
  comments: [ReviewComment, ...ReviewComment[]];
}

const maximumPages = 10;

/** The reviews of a pull request, oldest first. */
export async function listReviews(
  octokit: GitHubApi,
  repository: Repository,
  number: number,
): Promise<Review[]> {
  const pages = octokit.paginate.iterator(octokit.rest.pulls.listReviews, {
    ...named(repository),
    pull_number: number,
    per_page: 100,
  });
  return (await collectPages(pages, maximumPages)).map((raw) => ({
    id: raw.id,
    author: actorOf(raw.user),
    body: raw.body ?? '',
    createdAt: raw.submitted_at ?? '',
  }));
}

/** The conversations about places in the diff, oldest first; GitHub's REST API does not say which are resolved. */
export async function listReviewThreads(
  octokit: GitHubApi,
  repository: Repository,
  number: number,
): Promise<ReviewThread[]> {
  const threads = new Map<number, ReviewThread>();
  for (const raw of await rawComments(octokit, repository, number)) {
    const id = raw.in_reply_to_id ?? raw.id;
    const thread = threads.get(id);
    if (thread === undefined) threads.set(id, { id, comments: [reviewCommentOf(raw)] });
    else thread.comments.push(reviewCommentOf(raw));
  }
  return [...threads.values()];
}

async function rawComments(octokit: GitHubApi, repository: Repository, number: number) {
  const pages = octokit.paginate.iterator(octokit.rest.pulls.listReviewComments, {
    ...named(repository),
    pull_number: number,
    per_page: 100,
  });
  return collectPages(pages, maximumPages);
}

type RawComment = Awaited<ReturnType<typeof rawComments>>[number];

function reviewCommentOf(raw: RawComment): ReviewComment {
  return {
    id: raw.id,
    author: actorOf(raw.user),
    body: raw.body,
    path: raw.path,
    line: raw.line ?? null,
    originalLine: raw.original_line ?? null,
    createdAt: raw.created_at,
  };
}

/** Answers in a thread, once. */
export function replyInThread(
  octokit: GitHubApi,
  repository: Repository,
  number: number,
  thread: number,
  body: string,
  { me, name, isIt }: OurText,
): Promise<{ id: number }> {
  return once(octokit, {
    key: keyOf(repository, name),
    find: async () => {
      const threads = await listReviewThreads(octokit, repository, number);
      const comments = threads.find(({ id }) => id === thread)?.comments ?? [];
      return comments.find((comment) => comment.author?.id === me.userId && isIt(comment.body)) ?? null;
    },
    make: async () => {
      const where = { ...named(repository), pull_number: number, comment_id: thread };
      const { data } = await octokit.rest.pulls.createReplyForReviewComment({ ...where, body });
      return { id: data.id };
    },
  });
}
