import { posix } from 'node:path';
import type { EnvironmentPlan, ImageSource } from '../core/environment.ts';
import { OperationalError } from '../core/errors.ts';
import { type Candidates, findCandidates } from './candidates.ts';
import { filesUnder } from './files-under.ts';
import { isManifest } from './manifests.ts';
import { emptyPlan, planUnder } from './plans.ts';
import { configPath, type RepositoryConfig } from './repository-config.ts';
import type { RepositoryFiles } from './repository-files.ts';
import { quoteWord } from './shell-words.ts';
import { testCommand } from './test-commands.ts';

/**
 * Finds out how a repository is installed, built and tested: from its ai-fix configuration, and what that leaves
 * open from its manifests, lock files and CI at the base commit. Where several ways are plausible, the likeliest comes
 * first; there is at least one. Rejects with `no_environment`.
 */
export async function detectEnvironments(
  files: RepositoryFiles,
  config: RepositoryConfig,
): Promise<EnvironmentPlan[]> {
  const directory = posix.join(config.working_directory ?? '', '.').replace(/^\.$|\/$/, '');
  const isComplete = config.install !== undefined && config.test !== undefined;
  const found = isComplete ? { plans: [], problem: null } : await candidatesIn(files, directory);
  if (config.test === undefined && found.plans.length === 0) {
    throw found.problem ?? (await nothingFound(files));
  }
  const [first, ...others] = found.plans;
  const emptyKeys = async () => ({ ...emptyPlan, keyFiles: (await files.paths()).filter(isManifest) });
  const bases = first === undefined ? [await emptyKeys()] : [first, ...others];
  return distinct(bases.map((base) => configured(base, config, directory)));
}

/** In the configured directory, or where that holds nothing, as that of a workspace's package, at the root. */
async function candidatesIn(files: RepositoryFiles, directory: string): Promise<Candidates> {
  if (directory === '') return findCandidates(files);
  const inside = await findCandidates(filesUnder(files, directory));
  if (inside.plans.length === 0) return findCandidates(files);
  return { ...inside, plans: inside.plans.map((plan) => planUnder(directory, plan)) };
}

function configured(base: EnvironmentPlan, config: RepositoryConfig, directory: string): EnvironmentPlan {
  const inDirectory = (command: string) =>
    directory === '' ? command : `cd ${quoteWord(directory)} && ${command}`;
  const from = sourceOf(config);
  const summary = config.test === undefined ? base.summary : `as ${configPath} says`;
  return {
    ...base,
    ...(from === null
      ? {}
      : { from, keyFiles: [...base.keyFiles, ...('dockerfile' in from ? [from.dockerfile] : [])] }),
    summary: from === null ? summary : `${summary}, in ${Object.values(from)[0]}`,
    // an image of the repository's own has the toolchain that it is to have
    setup: [...(from === null ? base.setup : []), ...(config.setup ?? [])],
    install: config.install?.map(inDirectory) ?? base.install,
    build: config.build?.map(inDirectory) ?? base.build,
    tests: config.test?.map((test) => testCommand(test, directory)) ?? base.tests,
    env: { ...base.env, ...config.env },
  };
}

function sourceOf({ image, dockerfile }: RepositoryConfig): ImageSource | null {
  if (dockerfile !== undefined) return { dockerfile };
  return image === undefined ? null : { image };
}

/** What the configuration says can make several plans the same. */
function distinct(plans: readonly EnvironmentPlan[]): EnvironmentPlan[] {
  return [...new Map(plans.map((plan) => [JSON.stringify({ ...plan, summary: '' }), plan])).values()];
}

async function nothingFound(files: RepositoryFiles): Promise<OperationalError> {
  const roots = (await files.paths()).filter((path) => !path.includes('/'));
  const manifests = roots.filter((path) => otherManifests.test(path));
  const found =
    manifests.length === 0
      ? 'no manifest that it knows'
      : `${manifests.join(', ')}, which it cannot set up by itself yet`;
  const [setup, install, test] = examples.get(manifests[0] ?? '') ?? ['make', 'make deps', 'make check'];
  return new OperationalError(
    'no_environment',
    `ai-fix does not know how to install and test this repository: it found ${found}. Say how in ${configPath}, for example:\n  setup: apt-get update && apt-get install -y ${setup}\n  install: ${install}\n  test: ${test}\nWhere an image or a Dockerfile has the tools, name it as \`image\` or \`dockerfile\` instead of \`setup\`.`,
  );
}

const otherManifests =
  /^(go\.mod|Cargo\.toml|pom\.xml|build\.gradle|CMakeLists\.txt|Makefile|Gemfile|composer\.json|mix\.exs|Package\.swift|pubspec\.yaml|stack\.yaml|dune-project|build\.sbt|[^/]+\.(csproj|sln|cabal|gemspec))/;

/** For manifests of other languages: Debian's packages, what installs, what tests. */
const examples = new Map<string, [string, string, string]>([
  [
    'Gemfile',
    ['ruby-dev bundler', 'bundle config set path vendor && bundle install', 'bundle exec rake test'],
  ],
  ['composer.json', ['composer php-xml php-mbstring', 'composer install', 'vendor/bin/phpunit']],
  ['mix.exs', ['elixir', 'mix deps.get', 'mix test']],
  ['build.gradle', ['default-jdk gradle', 'gradle assemble', 'gradle --offline test']],
  ['build.gradle.kts', ['default-jdk gradle', 'gradle assemble', 'gradle --offline test']],
]);
