/** How the files of package managers write down what must stay secret. */
const written: readonly RegExp[] = [
  /(?:token|auth|ident|passwor[dt]|passwd|passphrase|secret|api[-_]?key)["']?\s*[:=]\s*(.+)$/gim,
  /\b(?:password|account)\s+(\S+)/g,
  /<(?:password|passphrase|value)>([^<]+)</gi,
  /:\/\/[^\s/:@]*:([^\s/@]+)@/g,
  /:\/\/([^\s/:@]+)@/g,
];

/** The secrets in a file such as .npmrc, .netrc, pip.conf or Maven's settings.xml; also what is encoded in base64. */
export function registrySecrets(text: string): string[] {
  const values = written
    .flatMap((pattern) => [...text.matchAll(pattern)].map(([, value = '']) => value))
    .flatMap((value) => value.split(/[\s"'<>]+/).filter((word) => word !== ''));
  const literal = values.filter((value) => !value.startsWith('${'));
  return [...new Set(literal.flatMap((value) => [value, ...decoded(value)]))];
}

function decoded(value: string): string[] {
  if (!/^[A-Za-z0-9+/_-]{8,}=*$/.test(value)) return [];
  const text = Buffer.from(value, 'base64').toString('utf8');
  if (!/^[\x20-\x7e]+$/.test(text)) return [];
  return [text, text.slice(text.indexOf(':') + 1)];
}
