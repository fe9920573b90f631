import { access, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { exitCodes } from '../src/core/outcome.ts';
import { startCli } from './support/fix.ts';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFile(new URL(path, root), 'utf8');

describe('the README', () => {
  it('names only npm scripts that are there', async () => {
    const scripts = [
      ...(await read('README.md')).matchAll(/npm (?:run )?(test|start|demo|check|bench)\b/g),
    ].map((match) => match[1] as string);
    expect(scripts.length).toBeGreaterThan(1);
    expect(scripts.filter((script) => !(script in manifest.scripts))).toEqual([]);
  });

  it('shows flags that `ai-fix fix` has', async () => {
    const { stdout } = await startCli(['fix', '--help']).ended;
    const shown = [...(await read('README.md')).matchAll(/ai-fix fix[^\n]*/g)].flatMap(
      (match) => match[0].match(/--[a-z-]+/g) ?? [],
    );
    expect(shown.filter((flag) => flag !== '--help' && !stdout.includes(flag))).toEqual([]);
  });

  it('lists every outcome with its exit code', async () => {
    const text = await read('README.md');
    for (const [outcome, code] of Object.entries(exitCodes))
      expect(text).toMatch(new RegExp(`\\| \`${outcome}\` \\| ${code} \\|`));
  });

  it.each([
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'sandbox/README.md',
    'docs/configuration.md',
  ])('%s links to files that are there', async (path) => {
    const links = [...(await read(path)).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      (match) => match[1] as string,
    );
    await Promise.all(links.map((link) => access(new URL(link, new URL(path, root)))));
  });
});
