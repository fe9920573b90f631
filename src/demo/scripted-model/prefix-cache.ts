import { createHash } from 'node:crypto';

export interface TokenCount {
  hit: number;
  miss: number;
}

/**
 * Counts as V4's cache does: a prefix is stored at the end of each request's input and output, and a later request
 * hits only a stored prefix that it holds whole. Tokens are taken to be four bytes long.
 */
export function createPrefixCache() {
  const stored = new Set<string>();

  /** `parts` are the pieces of a request in order: tools, then one per message. */
  return {
    count(parts: readonly string[]): TokenCount {
      const hashes = prefixHashes(parts);
      let hitParts = 0;
      for (const [index, hash] of hashes.entries()) if (stored.has(hash)) hitParts = index + 1;
      const hit = tokens(parts.slice(0, hitParts));
      return { hit, miss: tokens(parts) - hit };
    },
    store(parts: readonly string[]): void {
      const last = prefixHashes(parts).at(-1);
      if (last !== undefined) stored.add(last);
    },
  };
}

export function tokens(parts: readonly string[]): number {
  return Math.ceil(parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0) / 4);
}

function prefixHashes(parts: readonly string[]): string[] {
  const hash = createHash('sha256');
  return parts.map((part) => hash.update(part).update('\0').copy().digest('hex'));
}
