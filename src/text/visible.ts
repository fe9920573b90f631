/**
 * Removes what people do not see when they read a text, and what steers a terminal: control characters, invisible
 * and direction-changing characters, tags. Line ends become "\n". Ordinary text in any script keeps its meaning.
 */
export function visibleText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(controls, '')
    .replace(invisible, '')
    .normalize('NFC'); // last: what was removed may have stood between a letter and its accent
}

const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** What Unicode says to show nothing for, whatever its category, and what has no meaning that people share. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Co}\p{Cn}]/gu;

/**
 * How many characters of a text nobody sees. Those within an ordinary emoji do not count: nobody hides there, and
 * they are in most comments.
 */
export function countInvisible(text: string): number {
  const rest = text.replace(/\p{RGI_Emoji}/gv, '').replace(/\r\n?/g, '\n');
  return (rest.match(invisible)?.length ?? 0) + (rest.match(controls)?.length ?? 0);
}
