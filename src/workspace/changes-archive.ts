import { gunzipSync, gzipSync } from 'node:zlib';
import type { Changes, FileChange } from '../core/changes.ts';
import { OperationalError } from '../core/errors.ts';

type Entry = [path: string, kind: FileChange['kind'], executable: boolean, content: string];

/** Changes as bytes that `unpackChanges` reads: JSON, files in base64, gzip. */
export function packChanges(changes: Changes): Uint8Array {
  const entries = [...changes].map(([path, change]): Entry => {
    if (change.kind === 'file') return [path, 'file', change.executable, change.bytes.toString('base64')];
    return [path, change.kind, false, change.kind === 'link' ? change.target : ''];
  });
  return gzipSync(JSON.stringify(entries), { level: 1 });
}

/** Rejects with `data_corrupt` what `packChanges` did not make. */
export function unpackChanges(content: Uint8Array): Changes {
  const entries = readEntries(content);
  return new Map(entries.map((entry) => [entry[0], changeOf(entry)]));
}

function readEntries(content: Uint8Array): Entry[] {
  try {
    return JSON.parse(gunzipSync(content).toString('utf8'));
  } catch (cause) {
    throw new OperationalError(
      'data_corrupt',
      'The changed files of the run, as they were kept last, cannot be read any more. Ask for it again.',
      { cause },
    );
  }
}

function changeOf([, kind, executable, content]: Entry): FileChange {
  if (kind === 'file') return { kind, executable, bytes: Buffer.from(content, 'base64') };
  return kind === 'link' ? { kind, target: content } : { kind };
}
