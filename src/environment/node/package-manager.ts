import type { PackageManager } from '../../core/environment.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import type { PackageJson } from './package-json.ts';

export interface NodePackageManager {
  name: Extract<PackageManager, 'npm' | 'pnpm' | 'yarn' | 'bun'>;
  /** Exact where the repository says so, else a range; null: the npm that comes with Node. */
  version: string | null;
  lockFile: string | null;
}

const lockFiles = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['yarn.lock', 'yarn'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
] as const;

/** Which package manager, by the field `packageManager`, else by the lock file at the root. */
export async function findPackageManager(
  files: RepositoryFiles,
  manifest: PackageJson,
): Promise<NodePackageManager> {
  const paths = new Set(await files.paths());
  const present = lockFiles.filter(([path]) => paths.has(path));
  const declared = /^(npm|pnpm|yarn|bun)@(\d[^+\s]*)/.exec(manifest.packageManager ?? '');
  if (declared) {
    const name = declared[1] as NodePackageManager['name'];
    const lockFile = present.find(([, manager]) => manager === name)?.[0] ?? null;
    return { name, version: name === 'npm' ? null : (declared[2] as string), lockFile };
  }
  const [lockFile, name] = present.find(([path]) => path === 'package-lock.json') ??
    present[0] ?? [null, 'npm' as const];
  const text = lockFile === null ? null : await files.read(lockFile);
  return { name, version: impliedVersion(name, text, paths.has('.yarnrc.yml')), lockFile };
}

/** The newest major version that still reads this lock file's format; its text is null when it is too large to read. */
function impliedVersion(name: PackageManager, lock: string | null, hasBerrySettings: boolean): string | null {
  if (name === 'pnpm') return pnpmVersion(lock ?? '');
  if (name === 'yarn') return isBerry(lock, hasBerrySettings) ? '4' : '1.22.22';
  if (name === 'bun') return '1';
  return null;
}

function isBerry(lock: string | null, hasBerrySettings: boolean): boolean {
  return lock === null ? hasBerrySettings : /^__metadata:/m.test(lock);
}

function pnpmVersion(lock: string): string {
  const version = Number.parseFloat(/^lockfileVersion:\s*['"]?([\d.]+)/m.exec(lock)?.[1] ?? '9');
  if (version < 6) return '7';
  return version < 9 ? '8' : '10';
}
