import { asksForLogin } from '../prepare/registry-refusal.ts';

const built = /Failed to (?:download and build|build|download) `([\w.-]+)(?:\[[^\]]*\])?( @ [^`]+|==[^`]+)?`/;

/** How uv says that there is nothing to choose from. */
const unsolved: readonly RegExp[] = [
  /Because ([\w.-]+)(?:\[[^\]]*\])? was not found in the package registry/,
  /there (?:is|are) no versions? of ([\w.-]+)/,
  /Because only ([\w.-]+?)[=<>!~]\S* (?:is|are) available and you require/,
  /([\w.-]+?)(?:\[[^\]]*\])?[=<>!~]\S* has no (?:usable )?wheels/,
  /does not satisfy Python\S* and ([\w.-]+?)[=<>!~]=?\S+ depends on Python/,
];

/**
 * The package that an installation by uv failed for, if it is not the project itself; `isElsewhere` when there are no
 * other versions of it to try.
 */
export function failedPackage(said: string): { name: string; isElsewhere: boolean } | null {
  const [, name, from = ''] = built.exec(said) ?? [];
  if (name !== undefined && from !== '' && !from.startsWith(' @ file:')) {
    return { name, isElsewhere: from.startsWith(' @') };
  }
  const unfound = unsolved.map((pattern) => pattern.exec(said)?.[1]).find((found) => found !== undefined);
  if (unfound === undefined) return null;
  return { name: unfound, isElsewhere: said.includes('was not found in the package registry') };
}

/** Why it failed, for people. */
export function whyNot(said: string): string {
  if (/lack of valid authentication|\b40[13] (Unauthorized|Forbidden)/.test(said)) return asksForLogin;
  if (/was not found in the package registry/.test(said)) return 'the registry does not have it';
  if (/no versions? of|Because only /.test(said)) return 'the registry has no such version';
  if (/Git operation failed|dns error|error sending request/.test(said))
    return 'its address cannot be reached';
  if (/depends on Python/.test(said)) return 'it is for another Python';
  return 'its build fails';
}
