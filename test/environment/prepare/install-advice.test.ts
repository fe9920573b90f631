import { describe, expect, it } from 'vitest';
import { adviseOnInstall } from '../../../src/environment/prepare/install-advice.ts';

describe('what is said of an installation that cannot go on without something', () => {
  it.each<[string, string, RegExp]>([
    [
      'a broken Cargo.lock',
      'error: failed to parse lock file at: /workspace/Cargo.lock\n\nCaused by:\n  TOML parse error at line 2',
      /^Cargo\.lock is broken.*`cargo generate-lockfile`/,
    ],
    [
      'a go.sum with other sums',
      'verifying github.com/google/uuid@v1.6.0/go.mod: checksum mismatch\n\tdownloaded: h1:T=\n\tgo.sum:     h1:A=',
      /^go\.sum does not fit.*`go mod tidy`/,
    ],
    [
      'a broken go.mod',
      'go: errors parsing go.mod:\ngo.mod:2: unknown directive: <<<<<<<',
      /^go\.mod is broken/,
    ],
    [
      'a crate that is gone',
      'error: no matching package named `gone-since` found\nlocation searched: the index',
      /^gone-since is not where it is fetched from, or only for those who have access.*`install`/,
    ],
    [
      'a module of Go that is gone',
      'go: example.org/gone@v1.0.0: reading https://proxy.example/gone/@v/v1.0.0.mod: 404 Not Found',
      /^example\.org\/gone@v1\.0\.0 is not where/,
    ],
    [
      'an artifact that is gone',
      '[ERROR] \tCould not find artifact x.gone:gone:jar:1 in central (https://repo.example)',
      /^x\.gone:gone:jar:1 is not where/,
    ],
    [
      'a library that CMake does not find',
      'Could not find a package configuration file provided by "NeverHeardOf" with\n any of the following names',
      /^CMake does not find NeverHeardOf: .*`setup`/,
    ],
    [
      'a registry that refuses',
      'HTTP error 401 from https://r.example/x',
      /^The registry r\.example refused access/,
    ],
  ])('names %s, and what to do', (_what, said, words) => {
    expect(adviseOnInstall(said)).toMatch(words);
  });

  it.each(['make: *** No rule to make target', 'error[E0308]: mismatched types'])(
    'is nothing where the words tell of something else: %s',
    (said) => expect(adviseOnInstall(said)).toBeNull(),
  );
});
