import type { EnvironmentPlan } from '../../core/environment.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { installCommands, managerVariables } from './install-commands.ts';
import { nodeSetup } from './node-setup.ts';
import { findNodeVersion, findOtherVersion, type NodeVersion } from './node-version.ts';
import type { PackageJson } from './package-json.ts';
import { findPackageManager } from './package-manager.ts';
import { planTests } from './plan-tests.ts';
import { readManifest } from './read-manifest.ts';
import { workspaceMembers } from './workspace-members.ts';

/** Null when the repository has no package.json at its root. Its plan has no tests when no runner is found. */
export async function planNode(files: RepositoryFiles): Promise<EnvironmentPlan | null> {
  const manifest = await readManifest(files, 'package.json');
  return manifest === null ? null : planWith(files, manifest, await findNodeVersion(files, manifest));
}

/** The same with another Node version, where another than the one that is tried first is likely. */
export async function planNodeOtherwise(files: RepositoryFiles): Promise<EnvironmentPlan | null> {
  const manifest = await readManifest(files, 'package.json');
  const version = manifest === null ? null : await findOtherVersion(files, manifest);
  return manifest === null || version === null ? null : planWith(files, manifest, version);
}

async function planWith(
  files: RepositoryFiles,
  manifest: PackageJson,
  { major, why }: NodeVersion,
): Promise<EnvironmentPlan> {
  const manager = await findPackageManager(files, manifest);
  const members = await workspaceMembers(files, manifest);
  const { build, tests } = await planTests({ files, manifest, manager, members });
  const node = why === null ? `Node ${major}` : `Node ${major} (${why})`;
  const version = manager.version === null ? '' : ` ${manager.version}`;
  const names = [...new Set(tests.map((test) => test.runner))];
  return {
    summary: [node, `${manager.name}${version}`, ...names].join(', '),
    keyFiles: [
      ...['package.json', manager.lockFile, '.npmrc', '.yarnrc.yml', 'pnpm-workspace.yaml', 'bunfig.toml'],
      ...['.pnpmfile.cjs', '.taprc'],
      ...members.map((directory) => `${directory}/package.json`),
    ].filter((path) => path !== null),
    packageManager: manager.name,
    setup: nodeSetup(major),
    install: await installCommands(files, manifest, manager, tests),
    build,
    tests,
    env: managerVariables(manager),
  };
}
