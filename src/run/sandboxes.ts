import type { Shell } from '../core/command.ts';
import type { BuildContext, Environment, ImageSource } from '../core/environment.ts';
import type { Say } from '../core/events.ts';
import type { RegistryFiles } from '../environment/prepare/registry-access.ts';

/** A sandbox as the pipeline uses it; leaving an `await using` block removes it. */
export interface RunSandbox extends Shell, AsyncDisposable {
  readonly id: string;
  killEverything(): void;
}

/** A sandbox with network that can be kept as an environment. */
interface InstallSandbox extends RunSandbox {
  keep(environment: Omit<Environment, 'image'>): Promise<string>;
}

/** A sandbox of root's with network that can be kept as an image for others to start from. */
interface SetupSandbox extends RunSandbox {
  keep(): Promise<string>;
}

/** Where sandboxes come from. */
export interface Sandboxes {
  /** Names the image that environments start from, for cache keys. */
  image: string;
  installVariables: Record<string, string>;
  /** Files that give access to private registries. Rejects with `bad_config`. */
  registries(): Promise<RegistryFiles>;
  /** The same from an image that a repository names, which is pulled or built first. Rejects with `no_environment`. */
  startFrom(source: ImageSource, context: BuildContext, say: Say, signal: AbortSignal): Promise<Sandboxes>;
  /** The image that a set-up's commands made before. */
  findSetup(commands: readonly string[]): Promise<string | null>;
  openForSetup(commands: readonly string[]): Promise<SetupSandbox>;
  /** Starts from the image of a set-up; null: from the sandbox image. */
  openForInstall(setup: string | null): Promise<InstallSandbox>;
  open(environment: Environment, purpose: 'agent' | 'baseline' | 'verify'): Promise<RunSandbox>;
  findEnvironments(key: string): Promise<Environment[]>;
}
