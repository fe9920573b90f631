import { createHash } from 'node:crypto';
import { createFileIndex } from './file-index.ts';
import { type Issue, rankFiles } from './rank-files.ts';
import { isSourcePath } from './source-files.ts';
import { wordsOf } from './words.ts';

/** The files of the base commit. */
export interface Sources {
  paths: readonly string[];
  /** Texts by path, where there is such a file. */
  read(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The blob ids of these files: what was read for another commit is not read again. Without it all texts are read. */
  ids?(paths: readonly string[]): Promise<readonly string[]>;
}

const mostFiles = 10_000;
/** In words counted, six bytes each: some four thousand files. */
const indexCapacity = 12_000_000;
const mostWords = 1_000_000;

let index = createFileIndex(indexCapacity); // of contents by their ids, so whose they are does not matter

/** The files of a commit that an issue is most likely about, most likely first; at most a third of all. */
export async function likelyFiles(issue: Issue, sources: Sources, limit: number): Promise<string[]> {
  if (index.vocabulary.size() > mostWords) index = createFileIndex(indexCapacity);
  const { vocabulary, recordsOf } = index;
  const paths = firstOf(sources.paths.filter(isSourcePath), issue);
  const ids = await (sources.ids ?? hashes(sources))(paths);
  const files = paths.map((path, at) => ({ path, id: ids[at] ?? 'none' }));
  const records = await recordsOf(files, (wanted) => sources.read(wanted));
  return rankFiles(issue, records, vocabulary).slice(0, Math.min(limit, Math.floor(records.size / 3)));
}

/** In a very large repository, those whose paths share a word with the issue before the others. */
function firstOf(paths: readonly string[], { title, body }: Issue): string[] {
  if (paths.length <= mostFiles) return [...paths];
  const words = new Set(wordsOf(`${title} ${body}`));
  const shares = (path: string) => wordsOf(path).some((word) => words.has(word));
  return [...paths.filter(shares), ...paths.filter((path) => !shares(path))].slice(0, mostFiles);
}

function hashes({ read }: Sources) {
  return async (paths: readonly string[]): Promise<string[]> => {
    const texts = await read(paths);
    return paths.map((path) =>
      createHash('sha1')
        .update(texts.get(path) ?? '')
        .digest('hex'),
    );
  };
}
