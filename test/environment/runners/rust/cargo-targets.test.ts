import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { readCargoTargets } from '../../../../src/environment/runners/rust/cargo-targets.ts';
import { cargoTest } from '../../../../src/environment/runners/rust/cargo-test.ts';

const test = '#[test]\nfn adds() {}\n';

/** What the script tells of these files before it calls cargo. */
async function reportOn(tree: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-cargo-targets-'));
  try {
    for (const [path, text] of Object.entries(tree)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
    const script = cargoTest.script(
      { runner: 'cargo-test', directory: '', env: {}, options: [], targets: [] },
      [],
    );
    const env = { AI_FIX_REPORT: join(directory, 'report') };
    await execa('/bin/bash', ['--norc', '-c', script], { env, cwd: directory });
    return await readFile(join(directory, 'report'), 'utf8');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

describe('the file that holds a test of Rust', () => {
  it('is found where an attribute says that its module lies', async () => {
    const report = await reportOn({
      'tests/whole.rs':
        '#[path = "parts/one.rs"]\nmod first;\n#[path = "../src/deep/mod.rs"] mod deep;\nmod plain;\n',
      'tests/parts/one.rs': test,
      'tests/plain.rs': test,
      'src/deep/mod.rs': 'mod inner;',
      'src/deep/inner.rs': `mod tests {\n${test}}`,
    });
    const { fileOf } = readCargoTargets(report, '/workspace');
    const found = ['first::adds', 'deep::inner::tests::adds', 'plain::adds', 'adds'].map((name) =>
      fileOf('tests/whole.rs', name),
    );
    expect(found).toEqual(['tests/parts/one.rs', 'src/deep/inner.rs', 'tests/plain.rs', 'tests/whole.rs']);
  });
});
