import { gunzipSync, gzipSync } from 'node:zlib';
import type { Changes, FileChange } from '../core/changes.ts';

type Entry = [path: string, kind: FileChange['kind'], executable: boolean, content: string];

/** Changes as bytes that `unpackChanges` reads: JSON, files in base64, gzip. */
export function packChanges(changes: Changes): Uint8Array {
  const entries = [...changes].map(([path, change]): Entry => {
    if (change.kind === 'file') return [path, 'file', change.executable, change.bytes.toString('base64')];
    return [path, change.kind, false, change.kind === 'link' ? change.target : ''];
  });
  return gzipSync(JSON.stringify(entries), { level: 1 });
}

export function unpackChanges(content: Uint8Array): Changes {
  const entries: Entry[] = JSON.parse(gunzipSync(content).toString('utf8'));
  return new Map(entries.map((entry) => [entry[0], changeOf(entry)]));
}

function changeOf([, kind, executable, content]: Entry): FileChange {
  if (kind === 'file') return { kind, executable, bytes: Buffer.from(content, 'base64') };
  return kind === 'link' ? { kind, target: content } : { kind };
}
