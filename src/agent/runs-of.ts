const most = 1000;

/** Where a list is found within another, overlaps included: the first thousand places, in linear time. */
export function runsOf(sought: readonly string[], list: readonly string[]): number[] {
  if (sought.length === 0) return [];
  const fallBack = fallBacks(sought);
  const starts: number[] = [];
  let matched = 0;
  for (const [at, item] of list.entries()) {
    while (matched > 0 && item !== sought[matched]) matched = fallBack[matched - 1] ?? 0;
    if (item === sought[matched]) matched++;
    if (matched < sought.length) continue;
    starts.push(at - matched + 1);
    if (starts.length === most) return starts;
    matched = fallBack[matched - 1] ?? 0;
  }
  return starts;
}

/** For each place, how long a start of the list ends there (Knuth, Morris and Pratt). */
function fallBacks(list: readonly string[]): number[] {
  const lengths = [0];
  for (let at = 1, length = 0; at < list.length; at++) {
    while (length > 0 && list[at] !== list[length]) length = lengths[length - 1] ?? 0;
    if (list[at] === list[length]) length++;
    lengths.push(length);
  }
  return lengths;
}
