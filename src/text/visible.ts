/**
 * Removes what people do not see when they read a text, and what steers a terminal: control characters, invisible
 * and direction-changing characters, tags. Line ends become "\n". Ordinary text in any script keeps its meaning.
 */
export function visibleText(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
    .replace(/[\u3164\u115f\u1160\uffa0\u180e\ufe00-\ufe0f\u{e0000}-\u{e0fff}]/gu, '')
    .replace(/[\p{Cf}\p{Co}\p{Cn}]/gu, '');
}
