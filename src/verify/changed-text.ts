import type { Changes } from '../core/changes.ts';

/** A changed file's text. */
export interface ChangedText {
  /** Null when the file is new. */
  before: string | null;
  /** Null when it is deleted. */
  after: string | null;
}

/** The texts of all changed files; `readBase` reads those of the base. */
export async function readChangedTexts(
  changes: Changes,
  readBase: (paths: readonly string[]) => Promise<ReadonlyMap<string, string>>,
): Promise<Map<string, ChangedText>> {
  const before = await readBase([...changes.keys()]);
  return new Map(
    [...changes].map(([path, change]) => [
      path,
      {
        before: before.get(path) ?? null,
        after: change.kind === 'file' ? change.bytes.toString('utf8') : null,
      },
    ]),
  );
}
