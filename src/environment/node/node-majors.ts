import semver from 'semver';

/** What the sandbox image holds. */
export const ownMajor = 24;
/** Others that can be had, the likeliest first. */
export const otherMajors = [22, 20, 18, 26, 25, 23, 21, 19, 16, 14, 12, 10, 17, 15, 13];

/** The major version of a text; null for one that cannot be had. */
export function majorOf(text: string): number | null {
  const major = semver.coerce(text)?.major;
  return major !== undefined && [ownMajor, ...otherMajors].includes(major) ? major : null;
}

/** The newest version at a time. Each October the even version of that year is the one for everybody: 18 in 2022, 20 in 2023. */
export function newestAt(date: Date): number {
  const year = date.getUTCFullYear() - (date.getUTCMonth() >= 10 ? 0 : 1);
  return Math.min(ownMajor, Math.max(Math.min(...otherMajors), 18 + 2 * (year - 2022)));
}
