import { definitionsIn } from './definitions.ts';
import { extensionOf } from './source-files.ts';
import { joinCounts, type Vocabulary, type WordCounts, wordCounter } from './word-counts.ts';

/** What is known of one file's text. */
export interface FileRecord {
  whole: WordCounts;
  /** Stretches of a hundred lines, each half of the next, because long files have a bit of everything. */
  parts: readonly WordCounts[];
  definitions: readonly string[];
  definitionWords: WordCounts;
}

interface SourceFile {
  path: string;
  /** Names the content, as git does. */
  id: string;
}

export interface FileIndex {
  vocabulary: Vocabulary;
  /** The records of these files by path; `read` is asked for the texts of those whose content is not known yet. */
  recordsOf(
    files: readonly SourceFile[],
    read: (paths: readonly string[]) => Promise<ReadonlyMap<string, string>>,
  ): Promise<Map<string, FileRecord>>;
}

const readAtOnce = 50; // between them others get their turn
const longestText = 512 * 1024;
const blockLines = 50;

/**
 * Records of files by the id of their content, so that of another commit only what it changed is read. `capacity` is in
 * words counted, six bytes each; what was used longest ago goes first.
 */
export function createFileIndex(capacity: number): FileIndex {
  const { vocabulary, count } = wordCounter();
  const records = new Map<string, FileRecord>();
  let held = 0;

  const add = (key: string, record: FileRecord) => {
    records.set(key, record);
    held += sizeOf(record);
  };
  const readMissing = async (files: readonly SourceFile[], read: Parameters<FileIndex['recordsOf']>[1]) => {
    const missing = files.filter((file) => !records.has(keyOf(file)));
    for (let at = 0; at < missing.length; at += readAtOnce) {
      const some = missing.slice(at, at + readAtOnce);
      const texts = await read(some.map(({ path }) => path));
      for (const file of some) {
        const text = texts.get(file.path);
        if (text !== undefined && text.length <= longestText) add(keyOf(file), record(file.path, text));
      }
    }
  };
  const record = (path: string, text: string): FileRecord => {
    const definitions = definitionsIn(path, text);
    const blocks = blocksOf(text).map(count);
    return {
      whole: joinCounts(blocks),
      parts:
        blocks.length === 1
          ? blocks
          : blocks.slice(1).map((block, at) => joinCounts([blocks[at] ?? block, block])),
      definitions,
      definitionWords: count(definitions.join(' ')),
    };
  };
  const forget = () => {
    for (const [key, record] of records) {
      if (held <= capacity) return;
      records.delete(key);
      held -= sizeOf(record);
    }
  };

  return {
    vocabulary,
    async recordsOf(files, read) {
      await readMissing(files, read);
      const found = new Map<string, FileRecord>();
      for (const file of files) {
        const key = keyOf(file);
        const known = records.get(key);
        if (known === undefined) continue;
        records.delete(key);
        records.set(key, known); // now the last one to go
        found.set(file.path, known);
      }
      forget();
      return found;
    },
  };
}

/** What is read from a text depends on its language as well. */
function keyOf({ path, id }: SourceFile): string {
  return `${id} ${extensionOf(path)}`;
}

function blocksOf(text: string): string[] {
  const lines = text.split('\n');
  return Array.from({ length: Math.ceil(lines.length / blockLines) }, (_, at) =>
    lines.slice(at * blockLines, (at + 1) * blockLines).join('\n'),
  );
}

function sizeOf({ whole, parts, definitionWords }: FileRecord): number {
  return [whole, definitionWords, ...parts].reduce((sum, { numbers }) => sum + numbers.length, 0);
}
