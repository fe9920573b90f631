import { parse as parseToml } from 'smol-toml';
import type { RepositoryFiles } from '../repository-files.ts';
import { type Tree, valueAt } from '../tree.ts';
import { unreadableManifest } from '../unreadable-manifest.ts';
import { type Ini, parseIni } from './ini.ts';

/** What the manifests at a repository's root say, as they are written: nothing is run. */
export interface PythonProject {
  files: RepositoryFiles;
  paths: readonly string[];
  pyproject: Tree;
  setupCfg: Ini;
  /** The source; '' where there is none. */
  setupPy: string;
}

/** Rejects with `no_environment` where pyproject.toml is broken. */
export async function readProject(files: RepositoryFiles): Promise<PythonProject> {
  return {
    files,
    paths: await files.paths(),
    pyproject: await readPyproject(files),
    setupCfg: parseIni((await files.read('setup.cfg')) ?? ''),
    setupPy: (await files.read('setup.py')) ?? '',
  };
}

/** An empty table where there is none. */
async function readPyproject(files: RepositoryFiles): Promise<Tree> {
  const text = await files.read('pyproject.toml');
  try {
    return parseToml(text ?? '');
  } catch (error) {
    throw unreadableManifest('pyproject.toml', 'TOML', error);
  }
}

/** Whether the project itself can be installed, which what only lies in a repository cannot. */
export function isInstallable({ paths, pyproject, setupCfg }: PythonProject): boolean {
  return (
    paths.includes('setup.py') ||
    (paths.includes('pyproject.toml') && setupCfg.has('metadata')) ||
    ['project', 'build-system'].some((key) => valueAt(pyproject, key) !== undefined) ||
    valueAt(pyproject, 'tool', 'poetry', 'name') !== undefined
  );
}
