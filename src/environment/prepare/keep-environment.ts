import type { Shell } from '../../core/command.ts';
import type { Environment } from '../../core/environment.ts';
import { must } from '../../core/must.ts';
import { nulSeparated } from '../../text/nul-separated.ts';
import { settleBuilds } from '../run/needed-builds.ts';
import type { Installation } from './install.ts';
import type { Preparation, PreparingSandbox } from './preparation.ts';
import { requireNoSecrets } from './registry-access.ts';

/** Tidies a sandbox that the plan is installed in, and keeps it as an image. */
export async function keepEnvironment(
  sandbox: PreparingSandbox,
  installed: Installation,
  { key, ports, say }: Preparation,
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

/** Tracked files that the installation rewrote, with the blob ids of what it wrote. */
async function toolMadeFiles(shell: Shell): Promise<Record<string, string>> {
  const script = `git ls-files -z --modified | while IFS= read -r -d '' path; do
  if [ -f "$path" ]; then printf '%s %s\\0' "$(git hash-object --no-filters -- "$path")" "$path"; fi
done`;
  const items = await listed(shell, script, 'What the installation changed could not be listed');
  return Object.fromEntries(
    items.map((item) => [item.slice(item.indexOf(' ') + 1), item.slice(0, item.indexOf(' '))]),
  );
}

/** Files and whole directories that the installation left and .gitignore does not name. */
function untrackedPaths(shell: Shell): Promise<string[]> {
  const script = 'git ls-files -z --others --directory --exclude-standard';
  return listed(shell, script, 'What the installation left could not be listed');
}

async function listed(shell: Shell, script: string, what: string): Promise<string[]> {
  return nulSeparated((await must(shell, { script, keep: 'all', timeoutSeconds: 120 }, what)).head);
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
