import type { TestCounts } from './tests.ts';

/** What `ai-fix doctor` found out, about the host and about one repository. The JSON form is a contract. */
export interface Diagnosis {
  /** Nothing stands in the way of a run: the host is well, and the baseline is sane. */
  ok: boolean;
  host: HostFacts;
  /** Null when none could be made: `problem` says why. */
  environment: EnvironmentFacts | null;
  baseline: BaselineFacts | null;
  /** What ended the look at the repository, in words for people. */
  problem: string | null;
  /** The suite runs, at least 80 % of the test files gave results, and at least 90 % of those tests pass. */
  sane: boolean;
  advice: string[];
  /** A `.github/ai-fix.yml` that says what was found out, to change where that is wrong. */
  config: string | null;
}

export interface HostFacts {
  node: string;
  git: string | null;
  engine: string | null;
  /** The sandbox image. */
  image: string | null;
  /** Whether the Engine itself can limit what a sandbox writes. */
  sizeLimit: boolean | null;
  freeGigabytes: number | null;
  /** Whether a preparing sandbox reaches the package registry. */
  network: boolean | null;
  /** The variables that name proxies and certificates. */
  proxy: string[];
  problems: string[];
}

export interface EnvironmentFacts {
  summary: string;
  setup: string[];
  install: string[];
  build: string[];
  /** As a person would type them. */
  tests: string[];
  cached: boolean;
  leftOut: { name: string; why: string }[];
  notes: string[];
}

export interface BaselineFacts {
  counts: Required<TestCounts>;
  /** Test files in the repository, and those of them that gave results; null when the runners name none. */
  testFiles: { present: number; collected: number | null; missing: string[] };
  failing: string[];
  problem: string | null;
  /** Whether a limit ended the run. */
  cutShort: boolean;
  /** The lines of the output that tell most, when there is a problem. */
  output: string;
  seconds: number;
}

const collectedShare = 0.8;
const passedShare = 0.9;

/** Whether tests run as they should, so that a run can rely on them. */
export function isSane({ counts, testFiles }: Pick<BaselineFacts, 'counts' | 'testFiles'>): boolean {
  const { present, collected } = testFiles;
  return mostPass(counts) && (collected === null || collected >= present * collectedShare);
}

export function mostPass({ passed, failed, error }: Required<TestCounts>): boolean {
  return passed > 0 && passed >= (passed + failed + error) * passedShare;
}
