/** How a run can end. Every run ends in exactly one of these. */
export const outcomes = ['proven', 'unproven', 'no_change', 'refused', 'failed', 'cancelled'] as const;
export type Outcome = (typeof outcomes)[number];

/** Exit codes of the command line; 2 is kept for wrong usage. */
export const exitCodes = {
  proven: 0,
  failed: 1,
  unproven: 3,
  no_change: 4,
  refused: 5,
  cancelled: 130,
} as const satisfies Record<Outcome, number>;

export const usageExitCode = 2;
