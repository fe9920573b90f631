import { orNull } from '../connection/absent.ts';
import type { GitHubApi } from '../connection/octokit.ts';

/** One try to deliver a webhook. All tries of a delivery have its guid. */
export interface DeliveryAttempt {
  id: number;
  guid: string;
  event: string;
  action: string | null;
  repository: number | null;
  deliveredAt: string;
  succeeded: boolean;
}

/** A sweep that was away for days must end some time: 50,000 of the newest. */
const maximumPages = 500;

/** What GitHub tried to deliver since then, the newest first. It forgets after three days. */
export async function listAttempts(octokit: GitHubApi, since: Date): Promise<DeliveryAttempt[]> {
  const pages = octokit.paginate.iterator(octokit.rest.apps.listWebhookDeliveries, { per_page: 100 });
  const attempts: DeliveryAttempt[] = [];
  let page = 0;
  for await (const { data } of pages) {
    const young = data.filter(({ delivered_at }) => Date.parse(delivered_at) >= since.getTime());
    attempts.push(...young.map(attemptOf));
    if (young.length < data.length || ++page === maximumPages) break;
  }
  return attempts;
}

interface RawAttempt {
  id: number;
  guid: string;
  event: string;
  action: string | null;
  repository_id: number | null;
  delivered_at: string;
  status_code: number;
}

function attemptOf(raw: RawAttempt): DeliveryAttempt {
  return {
    id: raw.id,
    guid: raw.guid,
    event: raw.event,
    action: raw.action,
    repository: raw.repository_id,
    deliveredAt: raw.delivered_at,
    succeeded: raw.status_code >= 200 && raw.status_code < 300,
  };
}

/** Asks for a delivery again, by any of its attempts; false when GitHub has it no more. */
export async function askAgain(octokit: GitHubApi, attempt: number): Promise<boolean> {
  const asked = octokit.rest.apps.redeliverWebhookDelivery({ delivery_id: attempt });
  return (await orNull(asked)) !== null;
}
