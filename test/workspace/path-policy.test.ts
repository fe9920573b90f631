import { describe, expect, it } from 'vitest';
import type { Changes, FileChange } from '../../src/core/changes.ts';
import { defaultChangeLimits, findViolations, nameProblem } from '../../src/workspace/path-policy.ts';

const file: FileChange = { kind: 'file', executable: false, bytes: Buffer.from('x\n') };

function violations(
  changes: Record<string, FileChange>,
  more: { lines?: number; patch?: string; paths?: string[] } = {},
) {
  const map: Changes = new Map(Object.entries(changes));
  const lines = [...map.keys()].map((path) => ({ path, added: more.lines ?? 1, deleted: 0 }));
  return findViolations(
    { changes: map, lines, patch: more.patch ?? '' },
    defaultChangeLimits,
    more.paths ?? [],
  );
}

describe('nameProblem', () => {
  // git's own lists of confusing names: t1014 and t7450, with Windows' devices and streams
  it.each([
    ...[
      '.git',
      '.GIT',
      '.Git',
      'a/.git/config',
      'git~1',
      'GIT~1',
      'git~2',
      '.git ',
      '.git.',
      '.git...',
      '.git . ',
    ],
    ...['.g\u200cit', '.gi\u200et', '.git\ufeff', '.\u202egit', '.git::$INDEX_ALLOCATION', '.git:stream'],
    ...['..', 'a/../b', './a', 'a//b', '/etc/passwd', 'a\\b', '..\\x', 'C:x', 'a\u0000b', 'a\nb', 'a\u001bb'],
    ...['CON', 'aux.c', 'dir/NUL.txt', 'com1', 'LPT9.log', 'ends with dot.', 'ends with space '],
  ])('refuses %j', (path) => {
    expect(nameProblem(path)).not.toBeNull();
  });

  it.each([
    '.gitignore',
    'git',
    'src/git/x.ts',
    'a b/ü/日本.txt',
    'console.js',
    'auxiliary.c',
    '...hidden',
    'a.git/x',
    '[id].ts',
    'x~1',
  ])('takes %j', (path) => {
    expect(nameProblem(path)).toBeNull();
  });
});

describe('findViolations', () => {
  it.each([
    ...[
      '.github/workflows/ci.yml',
      '.GITHUB/workflows/ci.yml',
      '.github/ai-fix.yml',
      '.gitlab-ci.yml',
      '.circleci/config.yml',
    ],
    ...[
      'Jenkinsfile',
      'azure-pipelines.yml',
      '.gitmodules',
      'deep/.gitattributes',
      '.husky/pre-commit',
      '.npmrc',
      'pkg/.npmrc',
    ],
    ...[
      '.yarnrc.yml',
      '.vscode/tasks.json',
      '.devcontainer/devcontainer.json',
      'AGENTS.md',
      'sub/CLAUDE.md',
      '.claude/settings.json',
    ],
    ...[
      '.cursor/rules/x.mdc',
      '.mcp.json',
      'CODEOWNERS',
      'docs/CODEOWNERS',
      '.pre-commit-config.yaml',
      '.travis.yml',
    ],
  ])('protects %s, also from deletion', (path) => {
    expect(violations({ [path]: file })).toEqual([{ path, why: expect.stringContaining('protected') }]);
    expect(violations({ [path]: { kind: 'deleted' } })).toHaveLength(1);
  });

  it('protects the paths that the repository adds', () => {
    expect(violations({ 'src/secret/a.ts': file }, { paths: ['src/secret/**'] })).toHaveLength(1);
    expect(violations({ 'src/a.ts': file }, { paths: ['src/secret/**'] })).toEqual([]);
  });

  it.each([
    ['/etc/passwd', 'link', false],
    ['../../outside', 'a/link', false],
    ['..', 'link', false],
    ['a/../../x', 'link', false],
    ['.git/config', 'link', false],
    ['../b/file', 'a/link', true],
    ['file', 'link', true],
    ['./a/./b', 'link', true],
  ])('judges a link to %s at %s by where it points', (target, path, fine) => {
    expect(violations({ [path]: { kind: 'link', target } })).toHaveLength(fine ? 0 : 1);
  });

  it('refuses binary files that are new or changed, not deleted ones', () => {
    const measured = (change: FileChange) =>
      findViolations(
        {
          changes: new Map([['logo.png', change]]),
          lines: [{ path: 'logo.png', added: null, deleted: null }],
          patch: '',
        },
        defaultChangeLimits,
        [],
      );
    expect(measured(file)).toEqual([{ path: 'logo.png', why: expect.stringContaining('binary') }]);
    expect(measured({ kind: 'deleted' })).toEqual([]);
  });

  it.each<[string, string[], number]>([
    ['beside its text for people', ['test/snapshots/a.js.snap', 'test/snapshots/a.js.md'], 0],
    ['alone', ['test/snapshots/a.js.snap'], 1],
    ['beside another text', ['test/snapshots/a.js.snap', 'test/snapshots/b.js.md'], 1],
    ['that is named for no test', ['test/snapshots/data.snap', 'test/snapshots/data.md'], 1],
  ])('takes a binary snapshot of ava %s: %j', (_what, paths, refused) => {
    const changes: Changes = new Map(paths.map((path) => [path, file]));
    const lines = paths.map((path) => {
      const count = path.endsWith('.md') ? 1 : null;
      return { path, added: count, deleted: count };
    });
    expect(findViolations({ changes, lines, patch: '' }, defaultChangeLimits, [])).toHaveLength(refused);
  });

  it('refuses text that hides its direction, unless the file had it before', () => {
    const patch = (removed: string, added: string) =>
      `diff --git a/x.js b/x.js\n--- a/x.js\n+++ b/x.js\n@@ -1 +1 @@\n-${removed}\n+${added}\n`;
    expect(violations({ 'x.js': file }, { patch: patch('a', 'a\u202eb') })).toEqual([
      { path: 'x.js', why: expect.stringContaining('reorder') },
    ]);
    expect(violations({ 'x.js': file }, { patch: patch('a\u202eb', 'a\u202ec') })).toEqual([]);
    expect(violations({ 'x.js': file }, { patch: patch('a', 'שלום') })).toEqual([]);
  });

  it('names every limit that a change is over', () => {
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`f${index}`, file]));
    const found = violations(many, { lines: 40, patch: 'x'.repeat(1024 * 1024 + 1) }).map(({ why }) => why);
    expect(found).toEqual([
      expect.stringContaining('51 files'),
      expect.stringContaining('2040 lines'),
      expect.stringContaining('bytes of patch'),
    ]);
  });
});
