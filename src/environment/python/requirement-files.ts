import { posix } from 'node:path';
import type { RepositoryFiles } from '../repository-files.ts';

const testWord = /(^|[-_.])(tests?|testing|unit-?tests?|pytest)([-_.]|$)/i;
const developmentWord = /(^|[-_.])(dev|develop|development|ci|all|tox)([-_.]|$)/i;
/** Elsewhere such files belong to examples, to what is tested, or to documentation. */
const usualPlace = /^((tests?|testing)\/)?(requirements?\/)?[^/]+$/;
const maximumDepth = 3;

/** All files of requirements near the root, for the cache key. */
export function requirementFiles(paths: readonly string[]): string[] {
  return paths.filter(
    (path) =>
      path.split('/').length <= maximumDepth &&
      /(^|\/)([\w.-]*(requirements|constraints)[\w.-]*|requirements?\/[\w./-]+)\.(txt|in|pip)$/.test(path),
  );
}

/**
 * The files of requirements to install for the tests: those that are named for tests, else those for development, else
 * the plain one where it is for tests too or there is nothing else to install from.
 */
export async function testRequirementFiles(
  files: RepositoryFiles,
  isInstallable: boolean,
): Promise<string[]> {
  const all = requirementFiles(await files.paths()).filter(
    (path) => !/constraints|(^|[-_./])(docs?|lint|typing|mypy)([-_./]|$)/i.test(path),
  );
  const isCompiled = (path: string) => path.endsWith('.in') && all.includes(path.replace(/\.in$/, '.txt'));
  const usable = all.filter(
    (path) => !isCompiled(path) && !/(py2|python2|py27)/.test(path) && usualPlace.test(path),
  );
  const plain = usable
    .filter((path) => /^(requirements\/)?(requirements|base)\.(txt|in|pip)$/.test(path))
    .slice(0, 1);
  const isForTests = (path: string) => testWord.test(posix.basename(path)) || /^tests?\//.test(path);
  const isForDevelopment = (path: string) => developmentWord.test(posix.basename(path));
  const named =
    [isForTests, isForDevelopment].map((is) => usable.filter(is)).find((found) => found.length > 0) ?? [];
  if (!isInstallable) return [...new Set([...plain, ...named])];
  if (named.length > 0) return named;
  const texts = await files.readAll(plain);
  return plain.filter((path) => /^(pytest|nose|tox|-e \.)/m.test(texts.get(path) ?? ''));
}
