import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFile(new URL(path, root), 'utf8');

interface Manifest {
  public: boolean;
  default_permissions: Record<string, 'read' | 'write'>;
  default_events: string[];
}
const readManifest = async () => parse(await read('app.yml')) as Manifest;

/** What tokens are asked for, as written in the client. */
async function permissionsAskedFor(): Promise<[string, string][]> {
  const table =
    /const permissions = \{([\s\S]*?)\n\} as const/.exec(
      await read('src/github/connection/client.ts'),
    )?.[1] ?? '';
  return [...table.matchAll(/(\w+): '(read|write)'/g)].map(([, name = '', level = '']) => [name, level]);
}

/** Those that GitHub sends to every App, whatever it subscribed to. */
const unasked = ['installation', 'installation_repositories'];

describe('app.yml', () => {
  it('gives the App every permission that its tokens ask for', async () => {
    const { default_permissions: given } = await readManifest();
    const asked = await permissionsAskedFor();
    expect(asked.length).toBeGreaterThan(5);
    const missing = asked.filter(([name, level]) => given[name] !== 'write' && given[name] !== level);
    expect(missing).toEqual([]);
  });

  it('may not write where no token writes', async () => {
    const { default_permissions: given } = await readManifest();
    const writing = (await permissionsAskedFor()).flatMap(([name, level]) =>
      level === 'write' ? [name] : [],
    );
    const granted = Object.keys(given).filter((name) => given[name] === 'write');
    expect(granted.toSorted()).toEqual([...new Set(writing)].toSorted());
    expect(given).not.toHaveProperty('workflows');
  });

  it('hears of every event that a trigger is read from', async () => {
    const parsers =
      /const parsers[^{]*= \{([\s\S]*?)\n\};/.exec(await read('src/trigger/parse-trigger.ts'))?.[1] ?? '';
    const understood = [...parsers.matchAll(/^ {2}(\w+): on\(/gm)].map(([, name = '']) => name);
    expect(understood.length).toBeGreaterThan(5);
    const { default_events: heard } = await readManifest();
    expect(understood.filter((name) => !heard.includes(name) && !unasked.includes(name))).toEqual([]);
  });

  it('is private to its owner', async () => {
    expect((await readManifest()).public).toBe(false);
  });
});
