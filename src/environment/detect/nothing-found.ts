import { posix } from 'node:path';
import { stringify } from 'yaml';
import { OperationalError } from '../../core/errors.ts';
import { oneLine } from '../../text/one-line.ts';
import { configPath } from '../repository-config.ts';
import type { RepositoryFiles } from '../repository-files.ts';

/** How tests of a kind are run where ai-fix does not know it by itself. */
interface Kind {
  /** The path that tells it, the surest kinds first. */
  file: RegExp;
  /** What may stand in `.github/ai-fix.yml`. */
  example: Readonly<Record<string, string>>;
  /** The same, where another file is there as well. */
  with?: readonly [path: string, example: Readonly<Record<string, string>>];
}

const apt = (packages: string) => `apt-get update && apt-get install -y ${packages}`;

const gradle = (command: string) => ({
  setup: apt(command === 'gradle' ? 'default-jdk gradle' : 'default-jdk'),
  install: `${command} assemble testClasses`,
  test: `${command} --offline test`,
});

/** `setup` names Debian's packages; where Debian has none `image` one that is published for it. */
const languages: readonly Kind[] = [
  {
    file: /^Gemfile$|\.gemspec$/,
    example: {
      setup: apt('ruby-dev bundler'),
      install: 'bundle config set path vendor && bundle install',
      test: 'bundle exec rake test',
    },
  },
  {
    file: /^composer\.json$/,
    example: {
      setup: apt('composer php-xml php-mbstring'),
      install: 'composer install',
      test: 'vendor/bin/phpunit',
    },
  },
  {
    file: /^mix\.exs$/,
    example: { setup: apt('elixir'), install: 'mix local.hex --force && mix deps.get', test: 'mix test' },
  },
  {
    file: /^(build|settings)\.gradle(\.kts)?$/,
    example: gradle('gradle'),
    with: ['gradlew', gradle('sh ./gradlew')],
  },
  {
    file: /\.(sln|slnx|csproj|fsproj|vbproj)$/,
    example: {
      image: 'IMAGE_WITH_DOTNET',
      install: 'dotnet restore',
      test: 'dotnet test --no-restore',
    },
  },
  {
    file: /^Package\.swift$/,
    example: { image: 'swift:6.0', install: 'swift build --build-tests', test: 'swift test' },
  },
  {
    file: /^pubspec\.yaml$/,
    example: { image: 'dart:stable', install: 'dart pub get', test: 'dart test' },
  },
  {
    file: /^deno\.jsonc?$/,
    example: { image: 'denoland/deno:latest', install: 'deno install', test: 'deno test --allow-all' },
  },
  {
    file: /\.cabal$|^cabal\.project$|^stack\.yaml$/,
    example: {
      setup: apt('ghc cabal-install'),
      install: 'cabal update && cabal build --enable-tests all',
      test: 'cabal test all',
    },
  },
  {
    file: /^dune-project$/,
    example: { setup: apt('ocaml ocaml-dune'), test: 'dune test' },
  },
  {
    file: /^build\.sbt$/,
    example: { image: 'IMAGE_WITH_SBT', install: 'sbt update Test/compile', test: 'sbt test' },
  },
  {
    file: /^(MODULE\.bazel|WORKSPACE(\.bazel)?)$/,
    example: { image: 'IMAGE_WITH_BAZEL', install: 'bazel fetch //...', test: 'bazel test //...' },
  },
  {
    file: /^build\.zig$/,
    example: { setup: 'pip install --break-system-packages ziglang', test: 'python3 -m ziglang build test' },
  },
  {
    file: /^meson\.build$/,
    example: { setup: apt('meson ninja-build'), install: 'meson setup build', test: 'meson test -C build' },
  },
  {
    file: /^(Makefile|Build)\.PL$|^cpanfile$/,
    example: { setup: apt('perl'), install: 'perl Makefile.PL && make', test: 'prove -b -r t' },
  },
];

const kinds: readonly Kind[] = [
  ...languages,
  { file: /\.bats$/, example: { setup: apt('bats'), test: 'bats --recursive test' } },
];

const anyKind = { setup: apt('PACKAGES'), install: 'INSTALL_COMMAND', test: 'TEST_COMMAND' };

/** Manifests that ai-fix knows what to do with, were there tests, and how it would know those. */
const withoutTests: readonly { file: RegExp; lacks: string }[] = [
  { file: /(^|\/)go\.mod$/, lacks: 'no test (no file ends in _test.go)' },
  { file: /^CMakeLists\.txt$/, lacks: 'no test (no `add_test`, and no program that is named as one)' },
  { file: /^(GNUm|M|m)akefile$/, lacks: 'no test (no target `check` or `test`)' },
];

const maximumDepth = 4;
const shownFiles = 4;

/** Whether a repository is written in a language that ai-fix has no rule for. */
export async function isOfOtherLanguage(files: RepositoryFiles): Promise<boolean> {
  const paths = await files.paths();
  return languages.some((kind) => filesOf(kind, paths).length > 0);
}

function filesOf({ file }: Kind, paths: readonly string[]): string[] {
  return paths.filter((path) => path.split('/').length <= maximumDepth && file.test(posix.basename(path)));
}

/** What to say of a repository that no plan is made for: what was found, and what to write where. */
export async function nothingFound(files: RepositoryFiles): Promise<OperationalError> {
  const paths = await files.paths();
  const found = kinds.flatMap((kind) => {
    const its = filesOf(kind, paths);
    return its.length === 0 ? [] : [{ kind, paths: its }];
  });
  const lacking = withoutTests.flatMap(({ file, lacks }) => {
    const its = paths.find((path) => file.test(path));
    return its === undefined ? [] : [`${oneLine(its)}, but ${lacks}`];
  });
  const { kind, paths: of } = found[0] ?? { kind: null, paths: [] };
  const told =
    kind === null ? lacking[0] : `${namely(of)}, and ai-fix has no rule of its own for that language yet`;
  const example = kind === null ? anyKind : exampleOf(kind, paths);
  return new OperationalError(
    'no_environment',
    [
      `ai-fix does not know how to install and test this repository: it found ${told ?? 'no manifest that it knows'}.`,
      `Put into ${configPath} how it is done, ${kind === null ? 'in this form' : 'for example'}:`,
      ...stringify(example, { lineWidth: 0 })
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`),
      ...meaningOf(example),
      unproven,
    ].join('\n'),
  );
}

function exampleOf({ example, with: other }: Kind, paths: readonly string[]): Kind['example'] {
  return other !== undefined && paths.includes(other[0]) ? other[1] : example;
}

function namely(paths: readonly string[]): string {
  const more = paths.length > shownFiles ? ` and ${paths.length - shownFiles} more` : '';
  return `${paths.slice(0, shownFiles).map(oneLine).join(', ')}${more}`;
}

/** What is left to those who have no tests. */
export const unproven =
  'Where there are no tests, `allow_without_tests: true` has it work all the same: nothing that it changes is proven then.';

/** What the keys are, for who sees them for the first time. */
function meaningOf(example: Kind['example']): string[] {
  return [
    '`install` runs once, with network; `test` before and after each change, without.',
    example.image === undefined
      ? '`setup` runs before, as root, on Debian. Where an image or a Dockerfile has the tools, name it as `image` or `dockerfile` instead.'
      : '`image` is any image that has the tools; `dockerfile`, the path of one in the repository, can stand in its place.',
  ];
}
