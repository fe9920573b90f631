/** What a repository's sandboxes start from, where that is not the sandbox image. */
export type ImageSource = { image: string } | { dockerfile: string };

/** What a Dockerfile is built with. */
export interface BuildContext {
  /** Names the content of what decides how the image comes out. */
  key: string;
  /** The repository's files at the base commit. */
  tar(): AsyncIterable<Uint8Array>;
}

/** How a repository is installed, built and tested. Plain data: it is kept as a label of the environment's image. */
export interface EnvironmentPlan {
  /** For people: "Node 24, pnpm 10.12.1, vitest". */
  summary: string;
  /** Files of the repository that decide what gets installed; their content is part of the cache key. */
  keyFiles: string[];
  packageManager: PackageManager;
  /** Absent: the sandbox image. */
  from?: ImageSource;
  /**
   * Commands that root runs with network before the installation, without the repository: system packages and
   * toolchains. What they make is shared by all repositories with the same commands.
   */
  setup: string[];
  /** Commands that install the dependencies, in order, at the repository's root. */
  install: string[];
  /** Commands that must run before every test run, for tests that load what is built. */
  build: string[];
  tests: TestCommand[];
  env: Record<string, string>;
}

export type PackageManager =
  | 'npm'
  | 'pnpm'
  | 'yarn'
  | 'bun'
  | 'pip'
  | 'go'
  | 'cargo'
  | 'maven'
  | 'cmake'
  | 'none';

export type RunnerName =
  | 'vitest'
  | 'jest'
  | 'jasmine'
  | 'mocha'
  | 'node-test'
  | 'borp'
  | 'bun-test'
  | 'tap'
  | 'tape'
  | 'ava'
  | 'uvu'
  | 'pytest'
  | 'maven'
  | 'ctest'
  | 'automake'
  | 'unittest'
  | 'django'
  | 'go-test'
  | 'cargo-test'
  | 'command';

/** One call of a test runner, as the repository makes it itself, without its reporter. */
export interface TestCommand {
  runner: RunnerName;
  /** Directory to run in, relative to the root; '' is the root. */
  directory: string;
  /** The runner's options. */
  options: string[];
  /** The test files, directories or patterns that the repository names; empty where the runner finds them. */
  targets: string[];
  env: Record<string, string>;
}

/** A repository made ready: an image that holds its dependencies and its history up to `base`. */
export interface Environment {
  key: string;
  image: string;
  /** The commit whose ancestry and work tree the image holds. */
  base: string;
  plan: EnvironmentPlan;
  /** Dependencies that could not be fetched and were left out, with the reason. */
  leftOut: { name: string; why: string }[];
  /** What had to be done differently from the plan, for people. */
  notes: string[];
  /** Blob ids that the installation itself wrote into tracked files: not the agent's changes. */
  toolMade: Record<string, string>;
}
