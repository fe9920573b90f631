import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const root = new URL('..', import.meta.url).pathname;
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'ai-fix-package-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe('the package', () => {
  it('runs from its tarball, where Node refuses to strip types', async () => {
    const { stdout } = await execa('npm', ['pack', '--json', '--pack-destination', scratch], { cwd: root });
    const [packed] = Object.values(
      JSON.parse(stdout) as Record<string, { filename: string; files: { path: string }[] }>,
    );
    const paths = packed?.files.map(({ path }) => path) ?? [];
    expect(paths.filter((path) => path.endsWith('.ts') || path.startsWith('test/'))).toEqual([]);
    expect(paths).toEqual(
      expect.arrayContaining(['bin/ai-fix.js', 'dist/cli.js', 'prompts/system.md', 'sandbox/runner.c']),
    );

    await execa('npm', ['install', '--no-audit', '--no-fund', join(scratch, packed?.filename ?? '')], {
      cwd: scratch,
    });
    const { stdout: version } = await execa('npx', ['ai-fix', '--version'], { cwd: scratch });
    expect(version).toBe(manifest.version);

    const gold = ['eval', '--instances', 'none.jsonl', '--repos', '.', '--out', 'out', '--gold'];
    const ended = await execa('npx', ['ai-fix', ...gold], { cwd: scratch, reject: false });
    expect(ended).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('none.jsonl') });
  });

  it('keeps no registry’s address in its lock file', async () => {
    const { stdout } = await execa('git', ['grep', '-c', '"resolved":', '--', 'package-lock.json'], {
      cwd: root,
      reject: false,
    });
    expect(stdout).toBe('');
  });

  const startUnder = (changes: string) =>
    execa(
      process.execPath,
      [
        '--import',
        `data:text/javascript,${encodeURIComponent(changes)}`,
        join(root, 'bin/ai-fix.js'),
        '--version',
      ],
      {
        reject: false,
      },
    );
  const older = `Object.defineProperty(process.versions, 'node', { value: '20.1.0' });`;

  it('started under an older Node goes on under the one it brings', async () => {
    expect(await startUnder(older)).toMatchObject({ stdout: manifest.version, exitCode: 0 });
  });

  it('says what to install where it brings none', async () => {
    const ended = await startUnder(
      `${older} Object.defineProperty(process, 'platform', { value: 'plan9' });`,
    );
    expect(ended).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('needs Node 24') });
  });
});
