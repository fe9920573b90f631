import type { Shell } from '../../core/command.ts';
import type { Environment } from '../../core/environment.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import type { FollowedShell } from './followed-shell.ts';
import type { RegistryFiles } from './registry-access.ts';
import type { SetupPorts } from './set-up.ts';

/** A sandbox with network that is to become an image. */
export interface PreparingSandbox extends Shell, AsyncDisposable {
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

/** One environment that is being prepared. */
export interface Preparation extends Omit<FollowedShell, 'shell'> {
  /** What it is kept under. */
  key: string;
  ports: PreparationPorts;
}
