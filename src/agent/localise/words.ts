/**
 * The words that a text is found by, in their order: of `getHTTPName_v2` get, http, name, v2 and the whole, in lower case.
 * Code and prose are read alike.
 */
export function wordsOf(text: string): string[] {
  return identifiersIn(text).flatMap(wordsOfIdentifier);
}

/** Longer ones are data. */
const longestIdentifier = 100;

export function identifiersIn(text: string): string[] {
  return (text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []).filter(({ length }) => length <= longestIdentifier);
}

export function wordsOfIdentifier(identifier: string): string[] {
  const parts = identifier
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .split(/[\s_$]+/)
    .filter((part) => part !== '');
  const words = parts.filter((part) => part.length > 1).map((part) => stem(part.toLowerCase()));
  return parts.length > 1 ? [...words, identifier.toLowerCase()] : words;
}

/** Joins the forms of an English word that matter here: plural, -ing, -ed. */
function stem(word: string): string {
  if (word.length < 5) return word.length === 4 && /[^s]s$/.test(word) ? word.slice(0, -1) : word;
  return word
    .replace(/ies$/, 'y')
    .replace(/(ss|sh|ch|x|z)es$/, '$1')
    .replace(/([^su])s$/, '$1')
    .replace(/(..[^aeiou])(?:ing|ed)$/, '$1');
}
