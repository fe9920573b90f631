const starts: [string, RegExp][] = [
  ['image/png', /^\x89PNG\r\n\x1a\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[\0-\xff]{4}WEBP/],
];

/** The type of an image by its first bytes, whatever its name and its server say; null for anything else. */
export function imageType(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  return starts.find(([, pattern]) => pattern.test(start))?.[0] ?? null;
}
