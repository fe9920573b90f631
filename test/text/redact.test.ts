import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/text/redact.ts';

const secret = 'p4ss+w/rd"ÄÖ-Canary';
const redact = createRedactor([secret]);
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('createRedactor', () => {
  it.each([
    ['itself', secret],
    ['in base64', base64(secret)],
    ['in base64 within other text', base64(`x-access-token:${secret}!`)],
    ['in base64, one byte further', base64(`1x-access-token:${secret}!!`)],
    ['in base64, two bytes further', base64(`12x-access-token:${secret}`)],
    ['in base64 for addresses', Buffer.from(secret).toString('base64url')],
    ['percent-encoded', encodeURIComponent(secret)],
    [
      'percent-encoded in small letters',
      encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
    ],
    ['in JSON', JSON.stringify({ secret })],
    ['in JSON within JSON', JSON.stringify(JSON.stringify({ secret }))],
    ['in hexadecimal', Buffer.from(secret).toString('hex')],
    ['split by invisible characters', [...secret].join('\u200b')],
  ])('hides a value %s', (_, form) => {
    const safe = redact(`before ${form} after`);
    expect(safe).toMatch(/^before .*\[redacted\].* after$/);
    expect(safe).not.toContain(form);
    for (const rest of safe.split('[redacted]')) {
      expect(Buffer.from(rest, 'base64').toString()).not.toContain(secret.slice(3, 8));
    }
  });

  it.each([
    [
      'an installation token of today, 520 characters with dots',
      `ghs_12345_eyJ${'a'.repeat(200)}.${'b'.repeat(200)}.${'c'.repeat(110)}`,
    ],
    ['an installation token of old', `ghs_${'A1'.repeat(18)}`],
    ['a personal token', `ghp_${'A1'.repeat(18)}`],
    ['a refresh token', `ghr_${'A1'.repeat(18)}`],
    ['a fine-grained token', `github_pat_${'A1_'.repeat(20)}`],
    ['a key of a model', `sk-${'ab12'.repeat(8)}`],
    ['a JWT', `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(30)}`],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE KEY-----'],
    ['a private key that is cut off', '-----BEGIN PRIVATE KEY-----\nMIIEow\nIBAAK'],
  ])('hides %s without knowing it', (_, token) => {
    expect(redact(`a ${token}`)).toBe('a [redacted]');
  });

  it.each([
    ['Authorization: Bearer abcdefghijklmnop1234', 'Authorization: Bearer [redacted]'],
    ['authorization: basic eDp5enp5enp5enp5eg==', 'authorization: basic [redacted]'],
    ['{"authorization":"token abcdefgh12345678"}', '{"authorization":"token [redacted]"}'],
    ['https://user:hunter2@example.org/x', 'https://user:[redacted]@example.org/x'],
    ['postgres://u:p@db/x', 'postgres://u:[redacted]@db/x'],
  ])('hides what is introduced as a secret in %j', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it.each([
    'The bearer of bad news',
    'https://example.org:8080/a@b',
    'sk-learn and task-force',
    'ghs_short',
    'a@b.c',
    'git@github.com:o/r.git',
    '',
  ])('leaves %j alone', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('hides each line of a key alone, and the key in an environment variable', () => {
    const key = `-----BEGIN X-----\n${'A'.repeat(64)}\n${'B'.repeat(64)}\n-----END X-----`;
    const hide = createRedactor([key]);
    expect(hide(`PEM: ${'B'.repeat(64)}`)).toBe('PEM: [redacted]');
    expect(hide(key.replaceAll('\n', '\\n'))).toBe('[redacted]');
  });

  it('takes no short value for a secret', () => {
    expect(createRedactor(['', 'test', 'seven77'])('a test of seven77')).toBe('a test of seven77');
  });

  it('hides the longer of two values that begin alike', () => {
    expect(createRedactor(['abcdefgh', 'abcdefghijkl'])('abcdefghijkl')).toBe('[redacted]');
  });
});
