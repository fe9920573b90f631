import { z } from 'zod';
import type { Actor, Repository } from '../../core/trigger.ts';
import { orNull } from '../connection/absent.ts';
import type { GitHubApi } from '../connection/octokit.ts';
import { collectPages } from '../connection/pages.ts';
import { named } from '../connection/repository-name.ts';
import { actorOf } from './actor.ts';

/** A pull request that says that it closes the issue. */
export interface ClosingPull {
  number: number;
  url: string;
  state: 'open' | 'closed' | 'merged';
  author: Actor | null;
}

/** One kind of event of many; the others are left out. */
const reference = z.object({
  event: z.literal('cross-referenced'),
  source: z.object({
    issue: z.object({
      number: z.number(),
      html_url: z.string(),
      state: z.enum(['open', 'closed']),
      body: z.string().nullish(),
      user: z.object({ id: z.number(), login: z.string(), type: z.string().optional() }).nullish(),
      pull_request: z.object({ merged_at: z.string().nullish() }),
      repository: z.object({ id: z.number() }).optional(),
    }),
  }),
});

/** Pull requests of the same repository that refer to the issue with a closing keyword; none when it is gone. */
export async function listClosingPulls(
  octokit: GitHubApi,
  repository: Repository,
  issue: number,
): Promise<ClosingPull[]> {
  const pages = octokit.paginate.iterator(octokit.rest.issues.listEventsForTimeline, {
    ...named(repository),
    issue_number: issue,
    per_page: 100,
  });
  const pulls = new Map<number, ClosingPull>();
  for (const event of (await orNull(collectPages<unknown>(pages, 10))) ?? []) {
    const source = reference.safeParse(event).data?.source.issue;
    if (source === undefined || (source.repository ?? repository).id !== repository.id) continue;
    if (!closes(source.body ?? '', repository, issue)) continue;
    pulls.set(source.number, {
      number: source.number,
      url: source.html_url,
      state: typeof source.pull_request.merged_at === 'string' ? 'merged' : source.state,
      author: actorOf(source.user),
    });
  }
  return [...pulls.values()];
}

/** GitHub's closing keywords before `#N`, `owner/name#N` or the issue's address. */
function closes(body: string, { host, owner, name }: Repository, issue: number): boolean {
  const keyword = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(\S+)/gi;
  const names = [
    `#${issue}`,
    `${owner}/${name}#${issue}`,
    `https://${host}/${owner}/${name}/issues/${issue}`,
  ].map((text) => text.toLowerCase());
  return [...body.matchAll(keyword)].some((match) =>
    names.includes((match[1] as string).toLowerCase().replace(/[.,;:!?)\]]+$/, '')),
  );
}
