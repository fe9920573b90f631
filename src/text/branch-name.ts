/** A branch of ours: `ai-fix/12-empty-input`, or `ai-fix/12-empty-input-2` where the first was taken. */
export interface BranchName {
  issue: number;
  /** Words of the issue's title; may be empty. */
  slug: string;
  /** 1 for the name without a number. */
  variant: number;
}

const prefix = 'ai-fix/';
const longest = 40;
const grammar = /^ai-fix\/([1-9]\d{0,9})(?:-([a-z0-9-]*[a-z][a-z0-9-]*?))?(?:-([2-9]|[1-9]\d{1,2}))?$/;

/** Lower-case ASCII, at most 40 characters, fit for a git ref. */
export function printBranchName(issue: number, title: string, variant = 1): string {
  const number = variant > 1 ? `-${variant}` : '';
  const room = longest - `${prefix}${issue}-${number}`.length;
  const slug = slugOf(title, room);
  return `${prefix}${issue}${slug === '' ? '' : `-${slug}`}${number}`;
}

/** Null when it is not a name that `printBranchName` gives. */
export function parseBranchName(name: string): BranchName | null {
  const [, issue, slug = '', variant = '1'] = grammar.exec(name) ?? [];
  if (issue === undefined || name.length > longest || /^-|--|-\d*$/.test(slug)) return null;
  return { issue: Number(issue), slug, variant: Number(variant) };
}

/** Whole words as long as there is room; of a single long word its beginning. */
function slugOf(title: string, room: number): string {
  const words = title
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  let slug = '';
  for (const word of words) {
    const longer = slug === '' ? word.slice(0, room) : `${slug}-${word}`;
    if (longer.length > room) break;
    slug = longer;
  }
  return withoutFinalNumber(slug);
}

/** A number at the end would be read as the variant: `http-2` becomes `http2`. */
function withoutFinalNumber(slug: string): string {
  const joined = slug.replace(/(?:-\d+)+$/, (numbers) => numbers.replaceAll('-', ''));
  return /^\d*$/.test(joined) ? '' : joined;
}
