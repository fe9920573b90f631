import { describe, expect, it } from 'vitest';
import { planRust, planRustWithLess } from '../../../src/environment/rust/plan-rust.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const crate = (name: string, rest = '') => `[package]\nname = "${name}"\n${rest}`;
const features = '[features]\ndefault = ["std"]\nstd = []\nserde = []\nrayon = []\n';
const test = '#[test]\nfn adds() {}\n';
const needing = (condition: string) => `#![cfg(${condition})]\n${test}`;
const sums = { 'Cargo.toml': crate('sums', features) };

/** The options of each plan, the fullest first. */
async function options(files: Record<string, string>): Promise<string[]> {
  const plans = await Promise.all(
    [planRust, ...planRustWithLess].map((plan) => plan(repositoryFiles(files))),
  );
  return plans.flatMap((plan) => plan?.tests.map(({ options }) => options.join(' ')) ?? []);
}

describe('the features that tests are built with', () => {
  it.each<[string, Record<string, string>]>([
    ['of a test file', { 'tests/a.rs': needing('feature = "serde"') }],
    ['of a module with tests', { 'src/lib.rs': '#[cfg(feature = "serde")]\npub mod a;', 'src/a.rs': test }],
    [
      'of a module above it',
      { 'src/lib.rs': '#[cfg(feature = "serde")]\n#[doc(hidden)]\nmod a;', 'src/a/b.rs': test },
    ],
    ['of a module beside a module', { 'src/a.rs': '#[cfg(feature = "serde")]\nmod b;', 'src/a/b.rs': test }],
    [
      'of a module with a path',
      { 'src/lib.rs': '#[cfg(feature = "serde")]\n#[path = "other/b.rs"]\nmod a;', 'src/other/b.rs': test },
    ],
    ['of one test', { 'src/lib.rs': '#[test]\n// why\n#[cfg(feature = "serde")]\nfn a() {}' }],
    ['of tests in a module', { 'src/lib.rs': `#[cfg(all(test, feature = "serde"))]\nmod tests {\n${test}}` }],
    [
      'of the manifest',
      {
        'Cargo.toml': crate('sums', `[[test]]\nname = "a"\nrequired-features = ["serde"]\n${features}`),
      },
    ],
    [
      'of optional dependencies',
      {
        'Cargo.toml': crate('sums', '[dependencies]\nserde = { version = "1", optional = true }'),
        'tests/a.rs': needing('feature = "serde"'),
      },
    ],
    ['of alternatives, the first', { 'tests/a.rs': needing('any(feature = "serde", feature = "rayon")') }],
    ['beside what must be off', { 'tests/a.rs': needing('all(feature = "serde", not(feature = "rayon"))') }],
  ])('are those %s', async (_what, files) => {
    expect(await options({ ...sums, ...files })).toEqual(['--features serde', '']);
  });

  it.each<[string, Record<string, string>]>([
    ['what is on by default', { 'tests/a.rs': needing('feature = "std"') }],
    ['what is no feature', { 'tests/a.rs': needing('feature = "later"') }],
    ['code without a test', { 'src/lib.rs': '#[cfg(feature = "serde")]\nmod a;', 'src/a.rs': 'fn a() {}' }],
    [
      'what another test file is not built with',
      {
        'tests/a.rs': needing('feature = "serde"'),
        'tests/b.rs': needing('not(feature = "serde")'),
      },
    ],
    [
      'what needs another compiler',
      {
        'Cargo.toml': crate('sums', '[features]\nunstable-api = []'),
        'tests/a.rs': needing('feature = "unstable-api"'),
      },
    ],
    [
      'dependencies that only features name',
      {
        'Cargo.toml': crate(
          'sums',
          '[dependencies]\nserde = { version = "1", optional = true }\n[features]\nx = ["dep:serde"]',
        ),
        'tests/a.rs': needing('feature = "serde"'),
      },
    ],
  ])('are not asked for by %s', async (_what, files) => {
    expect(await options({ ...sums, ...files })).toEqual(['']);
  });

  it('are asked for by the name of the package where several are tested', async () => {
    const members = { 'a/Cargo.toml': crate('a', features), 'b/Cargo.toml': crate('b', features) };
    const files = { ...members, 'a/tests/a.rs': needing('feature = "serde"') };
    expect(await options({ ...files, 'Cargo.toml': '[workspace]\nmembers = ["*"]' })).toEqual([
      '--features a/serde',
      '',
    ]);
    expect(
      await options({ ...files, 'Cargo.toml': '[workspace]\nmembers = ["*"]\nexclude = ["a"]' }),
    ).toEqual(['']);
  });

  it('are those of CI as well, then those of CI alone, then none', async () => {
    const ci = { '.github/workflows/ci.yml': 'run: cargo test --features rayon' };
    expect(await options({ ...sums, ...ci, 'tests/a.rs': needing('feature = "serde"') })).toEqual([
      '--features rayon,serde',
      '--features rayon',
      '',
    ]);
  });

  it('are found in the matrix and the variables of CI', async () => {
    const workflow = (env: string, matrix: string, run: string) => ({
      '.github/workflows/ci.yml': `env: ${env}\njobs:\n  test:\n    strategy:\n      matrix: ${matrix}\n    steps:\n      - run: ${run}\n`,
    });
    const matrix = '{ features: ["", "serde rayon", "serde"] }';
    const run = 'cargo test --features "${{ matrix.features }}"';
    expect(await options({ ...sums, ...workflow('{}', matrix, run) })).toEqual([
      '--features serde,rayon',
      '',
    ]);
    const included = '{ include: [{ build: { flags: --all-features } }] }';
    expect(
      await options({ ...sums, ...workflow('{}', included, 'cargo test ${{ matrix.build.flags }}') }),
    ).toEqual(['--all-features', '']);
    const env = '{ CARGO: cargo, FLAGS: --all-features }';
    expect(await options({ ...sums, ...workflow(env, '{}', '${{ env.CARGO }} test $FLAGS') })).toEqual([
      '--all-features',
      '',
    ]);
  });

  it('are those of the one package where the workspace is nothing but it', async () => {
    const manifest = `${crate('sums', features)}[workspace]\nmembers = ["."]\n`;
    const ci = { '.github/workflows/ci.yml': 'run: cargo test -p sums' };
    expect(
      await options({ ...ci, 'Cargo.toml': manifest, 'tests/a.rs': needing('feature = "serde"') }),
    ).toEqual(['--features serde', '']);
  });

  it('take the packages beside that at the root where CI tests them by name', async () => {
    const files = {
      'Cargo.toml': `${crate('sums', features)}[workspace]\nmembers = ["more"]\n`,
      'more/Cargo.toml': crate('sums-more'),
      'tests/a.rs': needing('feature = "serde"'),
    };
    expect(await options(files)).toEqual(['--features serde', '']);
    const ci = { '.github/workflows/ci.yml': 'run: cargo test -p sums-more' };
    expect(await options({ ...files, ...ci })).toEqual(['--features sums/serde --workspace', '--workspace']);
  });
});

describe('a build with features', () => {
  it('must work where one with fewer of them can take its place', async () => {
    const files = repositoryFiles({ ...sums, 'tests/a.rs': needing('feature = "serde"') });
    const [first, second] = [await planRust(files), await planRustWithLess[0]?.(files)];
    expect(first?.summary).toBe('Rust of Debian, cargo test with serde');
    expect(first?.install.at(-1)).toMatch(/--features serde$/);
    expect(second?.install.at(-1)).toMatch(/\|\| true$/);
  });
});
