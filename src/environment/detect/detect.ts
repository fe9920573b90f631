import type { EnvironmentPlan, ImageSource } from '../../core/environment.ts';
import { OperationalError } from '../../core/errors.ts';
import { inDirectory, joinDirectory } from '../directories.ts';
import { filesUnder } from '../files-under.ts';
import { isManifest } from '../manifests.ts';
import { configPath, type RepositoryConfig } from '../repository-config.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { findCandidates } from './candidates.ts';
import { nothingFound } from './nothing-found.ts';
import type { Candidates } from './plan-all.ts';
import { emptyPlan, planUnder } from './plans.ts';
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
  const directory = joinDirectory(config.working_directory ?? '');
  if (directory !== '') await requireDirectory(files, directory);
  const isComplete = config.install !== undefined && config.test !== undefined;
  const found = isComplete ? nothing : await candidatesIn(files, directory);
  const isUnread = found.problem !== null && found.untested === null;
  const mayLackTests = config.allow_without_tests === true && !isUnread;
  if (config.test === undefined && !mayLackTests && found.plans.length === 0)
    throw found.problem ?? (await nothingFound(files));
  const [first = found.untested ?? undefined, ...others] = found.plans;
  const emptyKeys = async () => ({ ...emptyPlan, keyFiles: (await files.paths()).filter(isManifest) });
  const bases = first === undefined ? [await emptyKeys()] : [first, ...others];
  return distinct(bases.map((base) => configured(base, config, directory)));
}

async function requireDirectory(files: RepositoryFiles, directory: string): Promise<void> {
  if ((await files.paths()).some((path) => path.startsWith(`${directory}/`))) return;
  throw new OperationalError(
    'bad_config',
    `${configPath} says \`working_directory: ${directory}\`, but the repository has no such directory at this commit: correct it.`,
  );
}

const nothing: Candidates = { plans: [], problem: null, untested: null };

/** In the configured directory, or where that holds nothing, as that of a workspace's package, at the root. */
async function candidatesIn(files: RepositoryFiles, directory: string): Promise<Candidates> {
  if (directory === '') return findCandidates(files);
  const inside = await findCandidates(filesUnder(files, directory));
  if (inside.plans.length === 0) return findCandidates(files);
  return { ...inside, plans: inside.plans.map((plan) => planUnder(directory, plan)), untested: null };
}

function configured(base: EnvironmentPlan, config: RepositoryConfig, directory: string): EnvironmentPlan {
  const inside = (command: string) => inDirectory(directory, command);
  const from = sourceOf(config);
  const summary = config.test === undefined ? base.summary || 'no tests' : `as ${configPath} says`;
  return {
    ...base,
    ...(from === null
      ? {}
      : { from, keyFiles: [...base.keyFiles, ...('dockerfile' in from ? [from.dockerfile] : [])] }),
    summary: from === null ? summary : `${summary}, in ${Object.values(from)[0]}`,
    // an image of the repository's own has the toolchain that it is to have
    setup: [...(from === null ? base.setup : []), ...(config.setup ?? [])],
    install: config.install?.map(inside) ?? base.install,
    build: config.build?.map(inside) ?? base.build,
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
