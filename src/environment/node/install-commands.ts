import type { TestCommand } from '../../core/environment.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import type { PackageJson } from './package-json.ts';
import type { NodePackageManager } from './package-manager.ts';

/** Commands that install the dependencies, and what the tests are run with beside them. */
export async function installCommands(
  files: RepositoryFiles,
  manifest: PackageJson,
  manager: NodePackageManager,
  tests: readonly TestCommand[],
): Promise<string[]> {
  return [
    ...installers[manager.name](manager),
    ...toolsOf(tests, manager),
    ...(await pluginsOf(files, manifest, tests)),
  ];
}

const installers: Record<NodePackageManager['name'], (manager: NodePackageManager) => string[]> = {
  npm: ({ lockFile }) => [lockFile === null ? 'npm install' : 'npm ci'],
  pnpm: ({ version, lockFile }) => [
    `npm install --global --prefix ~/.local pnpm@${version}`,
    `pnpm install ${lockFile === null ? '--no-lockfile' : '--frozen-lockfile'}`,
  ],
  yarn: ({ version, lockFile }) => [
    `npm install --global --prefix ~/.local ${version?.startsWith('1.') ? 'yarn' : '@yarnpkg/cli-dist'}@${version}`,
    `yarn install ${lockFile === null ? '' : version?.startsWith('1.') ? '--frozen-lockfile' : '--immutable'}`.trim(),
  ],
  bun: ({ version, lockFile }) => [
    `npm install --global --prefix ~/.local bun@${version}`,
    `bun install ${lockFile === null ? '' : '--frozen-lockfile'}`.trim(),
  ],
};

/** Bun's runner is part of Bun, which nobody lists among the dependencies. */
function toolsOf(tests: readonly TestCommand[], { name }: NodePackageManager): string[] {
  const isLacking = name !== 'bun' && tests.some(({ runner }) => runner === 'bun-test');
  return isLacking ? ['npm install --global --prefix ~/.local bun@1'] : [];
}

/** tap loads plugins from a copy of its own, which it makes of the registry when it is first called. */
async function pluginsOf(
  files: RepositoryFiles,
  { tap }: PackageJson,
  tests: readonly TestCommand[],
): Promise<string[]> {
  if (!tests.some(({ runner }) => runner === 'tap')) return [];
  const hasPlugins = tap?.plugin !== undefined || /^plugin:/m.test((await files.read('.taprc')) ?? '');
  return hasPlugins ? ['npx tap build'] : [];
}

/** pnpm is not to fetch the version that the manifest names; yarn is to put the dependencies into node_modules. */
export function managerVariables({ name, version }: NodePackageManager): Record<string, string> {
  if (name === 'pnpm') return { npm_config_manage_package_manager_versions: 'false' };
  if (name === 'yarn' && !version?.startsWith('1.')) return { YARN_NODE_LINKER: 'node-modules' };
  return {};
}
