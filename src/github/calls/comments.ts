import type { Actor, Repository } from '../../core/trigger.ts';
import { orNull } from '../connection/absent.ts';
import type { AppIdentity } from '../connection/client.ts';
import type { GitHubApi } from '../connection/octokit.ts';
import { once, repeat } from '../connection/once.ts';
import { collectPages } from '../connection/pages.ts';
import { keyOf, named } from '../connection/repository-name.ts';
import { actorOf } from './actor.ts';

export interface Comment {
  id: number;
  author: Actor | null;
  body: string;
  createdAt: string;
}

const maximumPages = 10;

/** The comments of an issue or pull request, oldest first, at most a thousand. */
export async function listComments(
  octokit: GitHubApi,
  repository: Repository,
  number: number,
): Promise<Comment[]> {
  const pages = octokit.paginate.iterator(octokit.rest.issues.listComments, {
    ...named(repository),
    issue_number: number,
    per_page: 100,
  });
  return (await collectPages(pages, maximumPages)).map(commentOf);
}

interface RawComment {
  id: number;
  user: { id: number; login: string; type?: string } | null;
  body?: string;
  created_at: string;
}

function commentOf(raw: RawComment): Comment {
  return {
    id: raw.id,
    author: actorOf(raw.user),
    body: raw.body ?? '',
    createdAt: raw.created_at,
  };
}

/** A text that only we may have written: the marker in it says which one, its author that it is ours. */
export interface OurText {
  me: AppIdentity;
  /** The marker's kind and name. */
  name: string;
  isIt(body: string): boolean;
}

/** Our comment with that marker. The same marker in somebody else's comment is nothing. */
export async function findComment(
  octokit: GitHubApi,
  repository: Repository,
  number: number,
  { me, isIt }: OurText,
): Promise<Comment | null> {
  const comments = await listComments(octokit, repository, number);
  return comments.find(({ author, body }) => author?.id === me.userId && isIt(body)) ?? null;
}

/** Comments, once: `isIt` has to know the body's marker. One that is there is brought up to date. */
export async function postComment(
  octokit: GitHubApi,
  repository: Repository,
  number: number,
  body: string,
  ours: OurText,
): Promise<Comment> {
  let isNew = false;
  const comment = await once(octokit, {
    key: keyOf(repository, ours.name),
    find: () => findComment(octokit, repository, number, ours),
    make: async () => {
      const where = { ...named(repository), issue_number: number };
      const { data } = await octokit.rest.issues.createComment({ ...where, body });
      isNew = true;
      return commentOf(data);
    },
  });
  if (!isNew && comment.body !== body) await editComment(octokit, repository, comment.id, body);
  return comment;
}

/** Replaces a comment's text. False when somebody deleted the comment. */
export async function editComment(
  octokit: GitHubApi,
  repository: Repository,
  id: number,
  body: string,
): Promise<boolean> {
  const edit = () => octokit.rest.issues.updateComment({ ...named(repository), comment_id: id, body });
  return (await repeat(octokit, () => orNull(edit()))) !== null;
}
