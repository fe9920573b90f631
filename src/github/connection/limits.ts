import { setTimeout as sleep } from 'node:timers/promises';
import type { EndpointDefaults, OctokitResponse } from '@octokit/types';
import { faultOf, GitHubError } from './faults.ts';

/** Until when GitHub takes nothing, by whom it limits: an installation, or the App itself. */
export type Limits = Map<string, Date>;

type Send = (
  options: Required<EndpointDefaults>,
) => OctokitResponse<unknown> | Promise<OctokitResponse<unknown>>;

/**
 * Asks nothing of GitHub before a limit has passed that some call met: who asks on is banned. Waits for it, or says
 * until when where that is longer than `longest` milliseconds.
 */
export function heedLimits(limits: Limits, group: string, longest: number) {
  return async (send: Send, options: Required<EndpointDefaults>) => {
    const until = limits.get(group);
    const wait = until === undefined ? 0 : until.getTime() - Date.now();
    if (until !== undefined && wait > longest) {
      throw new GitHubError(`${options.method} ${options.url}`, { kind: 'rate_limited', until });
    }
    if (wait > 0) await sleep(wait);
    try {
      return await send(options);
    } catch (error) {
      const fault = faultOf(error);
      if (fault?.kind === 'rate_limited') limits.set(group, fault.until);
      throw error;
    }
  };
}
