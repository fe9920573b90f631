import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A variable that cannot be used, and why. */
interface VariableProblem {
  variable: string;
  why: string;
}

/**
 * The App's private key as PEM: as it is, with `\n` for line ends as some platforms need it, in base64, or in a file.
 * A text in `inline` goes before the file at `path`.
 */
export function readPrivateKey(
  inline: string | undefined,
  path: string | undefined,
): { pem: string } | VariableProblem {
  if (inline === undefined && path === undefined)
    return {
      variable: 'PRIVATE_KEY',
      why: 'is missing: set it, or PRIVATE_KEY_PATH to the .pem file that GitHub gave',
    };
  try {
    const found = inline ?? readFileSync(path as string, 'utf8');
    const lines = found.replaceAll('\\n', '\n').trim();
    const pem = lines.startsWith('-----') ? lines : Buffer.from(lines, 'base64').toString();
    createPrivateKey(pem);
    return { pem };
  } catch (error) {
    const isFile = error instanceof Error && 'path' in error;
    return {
      variable: inline === undefined ? 'PRIVATE_KEY_PATH' : 'PRIVATE_KEY',
      why: isFile ? `${path} cannot be read` : 'is no private key in PEM form',
    };
  }
}

/** Secrets that stand in tutorials, and the one that Probot takes when none is set. */
const exampleSecrets = /^(development|secret|changeme|your|my|test|example|webhook|password|ai-?fix)/i;
const shortestSecret = 20;

/** Why a webhook secret keeps nobody out; null when it does. */
export function secretWeakness(secret: string): string | null {
  const howTo = 'make one with `openssl rand -hex 32`, and set it on the page of the App as well';
  if (secret === '') return `is missing: without it anybody could give orders; ${howTo}`;
  if (secret.length < shortestSecret) return `is shorter than ${shortestSecret} characters; ${howTo}`;
  if (exampleSecrets.test(secret) || new Set(secret).size < 8) return `can be guessed; ${howTo}`;
  return null;
}
