import { createHash } from 'node:crypto';
import type { Shell } from '../../core/command.ts';
import type { Environment, EnvironmentPlan } from '../../core/environment.ts';
import { hasCode, OperationalError } from '../../core/errors.ts';
import { must } from '../../core/must.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { settleBuilds } from '../run/needed-builds.ts';
import { absentContent } from './absent-content.ts';
import { type Installation, install, SetupNeeded, tryBuilds } from './install.ts';
import { type RegistryFiles, requireNoSecrets, withAccess } from './registry-access.ts';
import { type SetupPorts, setUp } from './set-up.ts';

/** Raised when what an environment image holds changes its meaning: older ones are then not used any more. */
const formatVersion = 1;

/** A sandbox with network that is to become an image. */
interface PreparingSandbox extends Shell, AsyncDisposable {
  /** Kills what runs in it and keeps its files as an image; returns the image's name. */
  keep(environment: Omit<Environment, 'image'>): Promise<string>;
}

/** What preparing needs from the rest; all about one repository and one base commit. */
export interface PreparationPorts extends SetupPorts {
  files: RepositoryFiles;
  /** Names the repository and the sandbox image: environments are shared only within both. */
  scope: readonly string[];
  base: string;
  /** Environments kept under this key, newest first. */
  find(key: string): Promise<Environment[]>;
  /** Whether a commit is the base or in its history: an image of a later commit would show the future. */
  isInHistory(commit: string): Promise<boolean>;
  /** Starts from the image of a set-up; null: from the sandbox image. */
  open(setup: string | null): Promise<PreparingSandbox>;
  /** Variables for the installation alone, such as proxies: they do not become part of the image. */
  installVariables: Record<string, string>;
  /** Access to private registries, for the installation alone. */
  registries: RegistryFiles;
  /** Makes the work tree at the base, without history. Resolves with files that the repository lacks. */
  placeTip(shell: Shell): Promise<readonly string[]>;
  placeAncestry(shell: Shell): Promise<void>;
  restoreTracked(shell: Shell): Promise<void>;
  excludePaths(shell: Shell, paths: readonly string[]): Promise<void>;
}

/** Finds the environment that a plan was installed into before, or installs it and keeps it as an image. */
export async function prepareEnvironment(
  plan: EnvironmentPlan,
  ports: PreparationPorts,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<{ environment: Environment; cached: boolean }> {
  const key = await environmentKey(plan, ports);
  for (const environment of await ports.find(key)) {
    if (await ports.isInHistory(environment.base)) return { environment, cached: true };
  }
  try {
    return { environment: await build(key, plan, ports, say, signal), cached: false };
  } catch (error) {
    if (!hasCode(error, 'sandbox_died')) throw error;
    throw new OperationalError('install_failed', `The installation did not end: ${error.message}`, {
      cause: error,
    });
  }
}

const maximumSetups = 4;

/** Builds that fail for want of a library tell which: then the system is set up with it, and all begins anew. */
async function build(
  key: string,
  plan: EnvironmentPlan,
  ports: PreparationPorts,
  say: (line: string) => void,
  signal: AbortSignal,
  notes: readonly string[] = [],
): Promise<Environment> {
  try {
    const setup = await setUp(plan.setup, ports, say, signal);
    await using sandbox = await ports.open(setup);
    const lacking = await ports.placeTip(sandbox);
    const { registries, installVariables } = ports;
    const installed = await withAccess(sandbox, registries, (shell) =>
      install(shell, plan, installVariables, say, signal, registries.size > 0),
    );
    const built = await tryBuilds(sandbox, installed, say, signal);
    const absent = [...notesOn(lacking), ...(await absentContent(sandbox, ports.files))];
    const all = { ...built, notes: [...notes, ...absent, ...built.notes] };
    return await keep(sandbox, key, all, ports, say);
  } catch (error) {
    if (!(error instanceof SetupNeeded) || notes.length >= maximumSetups) throw error;
    const more = { ...plan, setup: [...plan.setup, ...error.commands] };
    return await build(key, more, ports, say, signal, [...notes, error.note]);
  }
}

/** A copy of a repository may have been made without its largest files. */
function notesOn(lacking: readonly string[]): string[] {
  if (lacking.length === 0) return [];
  const [first, ...others] = lacking;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return [`this copy of the repository does not hold ${first}${more}: tests that need it fail`];
}

async function keep(
  sandbox: PreparingSandbox,
  key: string,
  installed: Installation,
  ports: PreparationPorts,
  say: (line: string) => void,
): Promise<Environment> {
  say('taking note of what the installation left');
  const toolMade = await toolMadeFiles(sandbox);
  await ports.restoreTracked(sandbox);
  await must(sandbox, { script: settleBuilds, timeoutSeconds: 60 }, 'What was built could not be marked');
  await ports.excludePaths(sandbox, await untrackedPaths(sandbox));
  await ports.placeAncestry(sandbox);
  await dropCaches(sandbox);
  await requireNoSecrets(sandbox, ports.registries);
  say('keeping the environment as an image');
  const environment = { key, base: ports.base, ...installed, toolMade };
  return { ...environment, image: await sandbox.keep(environment) };
}

async function environmentKey(plan: EnvironmentPlan, ports: PreparationPorts): Promise<string> {
  const contents = await ports.files.ids(plan.keyFiles);
  const access = ports.registries.size === 0 ? [] : [[...ports.registries.keys()]];
  const parts = [formatVersion, ports.scope, plan, contents, ...access];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** Tracked files that the installation rewrote, with the blob ids of what it wrote. */
async function toolMadeFiles(shell: Shell): Promise<Record<string, string>> {
  const script = `git ls-files -z --modified | while IFS= read -r -d '' path; do
  if [ -f "$path" ]; then printf '%s %s\\0' "$(git hash-object --no-filters -- "$path")" "$path"; fi
done`;
  const result = await must(
    shell,
    { script, keep: 'all', timeoutSeconds: 120 },
    'What the installation changed could not be listed',
  );
  const lines = result.head
    .toString('utf8')
    .split('\0')
    .filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]),
  );
}

/** Files and whole directories that the installation left and .gitignore does not name. */
async function untrackedPaths(shell: Shell): Promise<string[]> {
  const script = 'git ls-files -z --others --directory --exclude-standard';
  const result = await must(
    shell,
    { script, keep: 'all', timeoutSeconds: 120 },
    'What the installation left could not be listed',
  );
  return result.head
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
}

/** Download caches are of no use without a network, and every byte costs when the image is kept. */
async function dropCaches(shell: Shell): Promise<void> {
  const caches = ['npm', 'bun/install/cache', 'yarn/cache', 'yarn/berry/cache'].map((path) => `~/.${path}`);
  const inCache = ['pip', 'uv', 'yarn', 'pnpm', 'node-gyp', 'node'].map((name) => `~/.cache/${name}`);
  await shell.run({
    script: `rm -rf ${[...caches, ...inCache].join(' ')} ~/.local/share/pnpm/store`,
    timeoutSeconds: 300,
  });
}
