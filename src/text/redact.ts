/** Replaces secrets in a text by `[redacted]`. */
export type Redact = (text: string) => string;

const mask = '[redacted]';
const shortest = 8;

/** Forms of secrets that are known by their looks. Installation tokens have dots and about 520 characters. */
const patterns = [
  /\bgh[pousr]_[A-Za-z0-9._-]{36,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{22,}/g,
  /\bsk-[A-Za-z0-9_-]{20,}/g,
  /\bAKIA[A-Z0-9]{16}\b/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g,
];
/** What stands before a secret and stays. */
const introduced = [
  /(\b(?:bearer|basic)\s+)[A-Za-z0-9+/._~=-]{16,}/gi,
  /(\bauthorization["']?\s*[:=]\s*["']?token\s+)[A-Za-z0-9+/._~=-]{8,}/gi,
  /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]{0,100}:)[^\s/@]{1,1000}(?=@)/gi,
];

const invisible = /\p{Default_Ignorable_Code_Point}/u;

/**
 * For logs, comments and events: hides exact values (also in base64, percent-encoded, in JSON and in hexadecimal)
 * and everything that looks like a secret. Values shorter than eight characters are left alone: they would hide
 * ordinary words.
 */
export function createRedactor(values: readonly string[]): Redact {
  const exact = secretForms(values).sort((a, b) => b.length - a.length);
  const split = exact.map(splitByInvisible);
  return (text) => {
    let safe = exact.reduce((rest, form) => rest.replaceAll(form, mask), text);
    if (invisible.test(safe)) {
      safe = split.reduce((rest, expression) => rest.replace(expression, mask), safe);
    }
    safe = patterns.reduce((rest, pattern) => rest.replace(pattern, mask), safe);
    return introduced.reduce((rest, pattern) => rest.replace(pattern, `$1${mask}`), safe);
  };
}

/** Secrets as they are and in the usual encodings, but for those that are too short. */
export function secretForms(values: readonly string[]): string[] {
  return [...new Set(values.filter((value) => value.length >= shortest).flatMap(formsOf))];
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const json = JSON.stringify(value).slice(1, -1);
  const lines = value.split(/\r?\n/).filter((line) => line.length >= 32); // of a key, also one line alone
  const encoded = encodeURIComponent(value.toWellFormed());
  return [
    value,
    ...lines,
    json,
    JSON.stringify(json).slice(1, -1),
    encoded,
    encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    ...base64Forms(bytes),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
  ];
}

/** How the value looks within a longer text in base64: it may begin at any of three places of a group. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const first = [0, 2, 3][before] ?? 0; // characters that also hold bits of what stands before
    const last = (before + bytes.length) % 3 === 0 ? text.length : text.length - 1; // or after
    const sure = text.slice(first, last);
    return [sure, sure.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function splitByInvisible(form: string): RegExp {
  const characters = [...form].map((character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
  return new RegExp(characters.join('\\p{Default_Ignorable_Code_Point}*'), 'gu');
}
