/** One try of GitHub to deliver a webhook. All tries of a delivery have its guid. */
export interface DeliveryAttempt {
  id: number;
  guid: string;
  event: string;
  action: string | null;
  repository: number | null;
  /** ISO 8601. */
  deliveredAt: string;
  succeeded: boolean;
}

export interface FailedDelivery {
  /** The newest attempt, by which it is asked for: GitHub forgets the oldest first. */
  attempt: number;
  guid: string;
  repository: number | null;
  /** When it was first tried. */
  deliveredAt: Date;
}

/** Deliveries that mean something and none of whose attempts succeeded, the oldest first. */
export function failedDeliveries(
  attempts: readonly DeliveryAttempt[],
  listensTo: (event: string, action: string | null) => boolean,
): FailedDelivery[] {
  const ofOne = Map.groupBy(
    attempts.filter(({ event, action }) => listensTo(event, action)),
    ({ guid }) => guid,
  );
  const failed = [...ofOne.values()].filter((all) => !all.some(({ succeeded }) => succeeded));
  return failed
    .map(failedOf)
    .sort(
      (one, other) => one.deliveredAt.getTime() - other.deliveredAt.getTime() || one.attempt - other.attempt,
    );
}

function failedOf(attempts: DeliveryAttempt[]): FailedDelivery {
  const [first, ...rest] = attempts.toSorted((one, other) => one.id - other.id) as [DeliveryAttempt];
  const newest: DeliveryAttempt = rest.at(-1) ?? first;
  return {
    attempt: newest.id,
    guid: first.guid,
    repository: first.repository,
    deliveredAt: new Date(first.deliveredAt),
  };
}
