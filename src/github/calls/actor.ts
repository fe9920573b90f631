import type { Actor } from '../../core/trigger.ts';

/** A user of one of GitHub's answers; deleted accounts may be missing there. */
export function actorOf(
  user: { id: number; login: string; type?: string | undefined } | null | undefined,
): Actor | null {
  if (user == null) return null;
  return { id: user.id, login: user.login, bot: user.type === 'Bot' };
}
