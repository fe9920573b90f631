/** The items of a list in which each ends with a zero byte, as git writes paths with `-z`. */
export function nulSeparated(list: Buffer | string): string[] {
  return list
    .toString()
    .split('\0')
    .filter((item) => item !== '');
}
