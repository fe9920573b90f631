import { quoteWord } from '../../text/quote-word.ts';
import type { CargoWorkspace, Crate } from './cargo-workspace.ts';
import { type CiTests, featuresIn } from './ci-options.ts';

/**
 * With which options the tests are built, the fullest first: as CI does it with the features that tests need, as CI does
 * it, and with none. Features are to be additive, and mostly are; where they are not, a fuller build fails.
 */
export function buildOptions(
  workspace: CargoWorkspace,
  ci: CiTests,
  needed: ReadonlyMap<Crate, readonly string[]>,
): string[][] {
  const scope = scopeOf(workspace, ci);
  const isFixed = ci.options.some((word) => /^--(all-features|no-default-features)/.test(word));
  const more = features(workspace, needed, scope.length > 0);
  const own = featuresIn(ci.options).map((name) => asOfRoot(name, workspace, ci.options, scope));
  const [fullest, asCi] = [more, []].map((names) => [
    ...(isFixed ? withoutScope(ci.options) : withFeatures([...own, ...names])),
    ...scope,
  ]) as [string[], string[]];
  const all = [fullest, asCi, scope];
  return [...new Map(all.map((options) => [options.join(' '), options])).values()];
}

/** Packages beside the root's are tested where CI does so, all together or by name. */
function scopeOf({ root, members }: CargoWorkspace, { options, packages }: CiTests): string[] {
  const own = options.filter((word, index) => isOfScope(word) || options[index - 1] === '--exclude');
  if (own.length > 0 || root === null) return own;
  return members.some((crate) => crate !== root && packages.has(crate.name)) ? ['--workspace'] : [];
}

const isOfScope = (word: string) => /^--(workspace|all|exclude)(=|$)/.test(word);

function withoutScope(options: readonly string[]): string[] {
  return options.filter((word, index) => !isOfScope(word) && options[index - 1] !== '--exclude');
}

/** By the crate's name where several are tested: not all of them have the same ones. */
function features(
  { members, tested }: CargoWorkspace,
  needed: ReadonlyMap<Crate, readonly string[]>,
  isWhole: boolean,
): string[] {
  const crates = isWhole ? members : tested;
  return crates.flatMap((crate) =>
    (needed.get(crate) ?? []).map((name) => (crates.length > 1 ? `${crate.name}/${name}` : name)),
  );
}

/** CI that tests the other packages by another call gives this one's features to the root's package alone. */
function asOfRoot(
  name: string,
  { root }: CargoWorkspace,
  options: readonly string[],
  scope: readonly string[],
): string {
  const isAlone = root === null || scope.length === 0 || options.some(isOfScope);
  return isAlone || name.includes('/') ? name : `${root.name}/${name}`;
}

function withFeatures(names: readonly string[]): string[] {
  const all = [...new Set(names)];
  return all.length === 0 ? [] : ['--features', quoteWord(all.join(','))];
}
