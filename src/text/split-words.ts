/** The words of a text: a long list of names is easier to read as one. */
export function splitWords(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
