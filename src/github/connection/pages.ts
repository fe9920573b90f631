/** The items of a list, page after page, up to a number of pages: a list may have no end, or one of years. */
export async function collectPages<T>(
  pages: AsyncIterable<{ data: T[] }>,
  maximumPages: number,
): Promise<T[]> {
  const items: T[] = [];
  let page = 0;
  for await (const { data } of pages) {
    items.push(...data);
    if (++page === maximumPages) break;
  }
  return items;
}
