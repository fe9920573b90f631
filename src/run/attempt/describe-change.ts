import type { ChangedFile } from '../../core/events.ts';
import { filesAdding } from '../../workspace/path-policy.ts';
import type { CollectedChange } from './collect-change.ts';

/** Shown as nothing. Those that scripts and emoji need between letters are not among them. */
const invisible =
  /\u034f|[\u00ad\u115f\u1160\u180e\u200b\u2060-\u2064\u3164\ufeff\uffa0\u{e0000}-\u{e0fff}]/u;

/** The files of a change, as people are told of them. */
export function describeChange(
  { changes, lines, patch }: Pick<CollectedChange, 'changes' | 'lines' | 'patch'>,
  basePaths: readonly string[],
): ChangedFile[] {
  const before = new Set(basePaths);
  const suspicious = new Set(filesAdding(invisible, patch));
  return lines.map(({ path, added, deleted }) => ({
    path,
    kind: changes.get(path)?.kind === 'deleted' ? 'deleted' : before.has(path) ? 'changed' : 'added',
    added: added ?? 0,
    removed: deleted ?? 0,
    ...(suspicious.has(path) ? { invisible: true as const } : {}),
  }));
}
