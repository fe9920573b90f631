import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { runners } from '../../../src/environment/runners/runners.ts';

interface Call {
  runner: 'go-test' | 'cargo-test';
  files: readonly string[];
  options?: string[];
  /** What the tool says, and fails. */
  refusal?: string;
}

/** What the tool is called with, when a real shell runs the runner's script among these files. */
async function callsOf(
  { runner, files, options = [], refusal }: Call,
  tree: Record<string, string>,
): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-narrowed-'));
  try {
    const [calls, programs, work] = ['calls', 'programs', 'work'].map((name) => join(directory, name)) as [
      ...[string, string, string],
    ];
    await mkdir(programs);
    for (const [path, text] of Object.entries({
      ...tree,
      [`../programs/${runner.split('-')[0]}`]: tool(calls, refusal),
    })) {
      await mkdir(dirname(join(work, path)), { recursive: true });
      await writeFile(join(work, path), text, { mode: 0o755 });
    }
    const script = runners[runner].script({ runner, directory: '', env: {}, options, targets: [] }, files);
    const env = { PATH: `${programs}:${process.env.PATH}`, AI_FIX_REPORT: join(directory, 'report') };
    await execa('/bin/bash', ['--norc', '-c', script], { env, cwd: work, reject: refusal === undefined });
    const called = await readFile(calls, 'utf8').catch(() => '');
    return called.split('\n').filter((line) => line !== '');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const tool = (calls: string, refusal?: string) => {
  const end = refusal === undefined ? '' : `echo '${refusal}' >&2; exit 101`;
  return `#!/bin/bash\nprintf '%s|' "$@" >> ${calls}\necho >> ${calls}\n${end}\n`;
};

describe('of Go', () => {
  const tree = {
    'go.mod': '',
    'a_test.go': '',
    'pkg/b_test.go': '',
    "it's $(touch pwned)/c_test.go": '',
    'inner/go.mod': '',
    'inner/deep/d_test.go': '',
    'docs/readme.md': '',
  };
  it.each<[string, readonly string[], string[]]>([
    [
      'the packages of the files run, each once',
      ['a_test.go', 'pkg/b_test.go', 'pkg/gone_test.go'],
      ['./|./pkg|'],
    ],
    ['names are taken as they are', ["it's $(touch pwned)/c_test.go"], ["./it's $(touch pwned)|"]],
    [
      'nothing runs of another module inside, or of what is gone',
      ['inner/deep/d_test.go', 'gone/x_test.go'],
      [],
    ],
  ])('%s', async (_what, files, packages) => {
    const calls = await callsOf({ runner: 'go-test', files }, tree);
    expect(calls).toEqual(packages.map((words) => `test|-json|-count=1|-timeout=5m|${words}`));
  });
});

describe('of Rust', () => {
  const tree = {
    'Cargo.toml': '[workspace]\n\n[package]\nname = "sums"\n\n[[test]]\nname = "other"\n',
    'src/lib.rs': '',
    'tests/plain.rs': '',
    'tests/other.rs': '',
    'tests/wide/main.rs': '',
    'tests/wide/part.rs': '',
    'tests/common/mod.rs': '',
    'crates/extra/Cargo.toml': '[package]\nversion = "1.0.0"\nname = "sums-extra"\n',
    'crates/extra/src/lib.rs': '',
  };
  const root = '--package|sums|';
  it.each<[string, readonly string[], string[]]>([
    [
      'programs of tests run alone',
      ['tests/plain.rs', 'tests/wide/part.rs'],
      [`${root}--test|plain|--test|wide|`],
    ],
    [
      'all of a package runs for what several programs share',
      ['tests/plain.rs', 'tests/common/mod.rs'],
      [root],
    ],
    ['all of a package runs for its source', ['crates/extra/src/lib.rs'], ['--package|sums-extra|']],
    ['nothing runs for what is gone', ['tests/gone.rs'], []],
  ])('%s', async (_what, files, packages) => {
    const calls = await callsOf(
      { runner: 'cargo-test', files, options: ['--all-features', '--workspace'] },
      tree,
    );
    expect(calls).toEqual(
      packages.flatMap((words) => [
        `test|--no-fail-fast|${words}--all-features|--no-run|--message-format|json|`,
        `test|--no-fail-fast|${words}--all-features|`,
      ]),
    );
  });

  it('a package gets the features of its own and of what it depends on', async () => {
    const features = ['--features', 'sums/std,sums-extra/rare,other/rare', '-F', 'plain'];
    const files = ['crates/extra/src/lib.rs'];
    const [build] = await callsOf({ runner: 'cargo-test', files, options: features }, tree);
    expect(build).toContain('|--package|sums-extra|--features|sums-extra/rare|-F|plain|--no-run|');
  });

  it.each([
    'error: no test target named `plain`',
    'error: package ID specification `sums` did not match any packages',
    'error: the package `sums` does not contain this feature: std',
  ])('all runs when cargo says "%s"', async (refusal) => {
    const call = { runner: 'cargo-test', files: ['tests/plain.rs'], refusal } as const;
    const calls = await callsOf({ ...call, options: ['--workspace'] }, tree);
    const build = '--no-run|--message-format|json|';
    expect(calls).toEqual([
      `test|--no-fail-fast|${root}--test|plain|${build}`,
      `test|--no-fail-fast|--workspace|${build}`,
    ]);
  });
});
