/**
 * Whether GitHub's answer about a subject is as new as what a webhook told of it: right after a change, an answer may
 * still be from before. Without a time it counts as old.
 */
export function isUpToDate({ updatedAt }: { updatedAt: string }, at: string | undefined): boolean {
  return at !== undefined && Date.parse(updatedAt) >= Date.parse(at);
}
