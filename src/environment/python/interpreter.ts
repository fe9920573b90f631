import { satisfies } from '@renovatebot/pep440';

/** A Python that the sandbox has or can get without downloads from outside of the registries. */
interface Known {
  version: string;
  patch: string;
  released: string;
  /** From this day on most packages could be installed for it, and none yet forbade what was usual before. */
  settled: string;
}

const known: readonly Known[] = [
  { version: '3.9', patch: '3.9.2', released: '2020-10-05', settled: '2021-03-01' },
  { version: '3.11', patch: '3.11.2', released: '2022-10-24', settled: '2023-03-01' },
  { version: '3.13', patch: '3.13.5', released: '2024-10-07', settled: '2025-03-01' },
];
const sandboxVersion = '3.11';

/** Others can be had where uv's own downloads can be reached; the most usual first. */
const downloadable = ['3.12', '3.10', '3.14', '3.8', '3.15', '3.7'];

const day = 24 * 60 * 60 * 1000;
const currentDays = 120;

export interface Wishes {
  /** As `requires-python` says. */
  requires: string | null;
  /** The versions that the repository says it is tested with: "3.8". */
  declared: readonly string[];
  committedAt: Date;
}

export interface Interpreter {
  version: string;
  /** Commands of the set-up that bring it; none when the sandbox has it. */
  setup: string[];
  /** Packages are taken as they were on this day, or null: as they are now. */
  packagesBefore: string | null;
}

/**
 * Chooses the Python that a commit is tested with. An old commit gets an old Python, and packages of its time or of the
 * time from which on that Python was usable: neither of them is then newer than what the code knows.
 */
export function chooseInterpreter(wishes: Wishes, now: Date): Interpreter {
  const version = chooseVersion(wishes);
  return {
    version,
    setup: version === sandboxVersion ? [] : [`bash /opt/ai-fix/tools/install-python.sh ${version}`],
    packagesBefore: packagesBefore(version, wishes.committedAt, now),
  };
}

function chooseVersion({ requires, declared, committedAt }: Wishes): string {
  const isOld = committedAt < new Date('2022-10-24');
  const order = isOld ? ['3.9', '3.11', '3.13'] : ['3.11', '3.13', '3.9'];
  const isAllowed = (version: string, patch: string) =>
    requires === null || satisfiesLoosely(patch, requires) || satisfiesLoosely(version, requires);
  const allowed = order.filter((version) =>
    isAllowed(version, known.find((one) => one.version === version)?.patch ?? ''),
  );
  const stated = allowed.filter((version) => declared.includes(version));
  const other = downloadable.find((version) => isAllowed(version, `${version}.99`));
  return (
    stated[0] ??
    (onlyNewer(declared) && allowed.includes('3.13') ? '3.13' : allowed[0]) ??
    other ??
    sandboxVersion
  );
}

/** All that is named is newer than what the sandbox has. */
function onlyNewer(declared: readonly string[]): boolean {
  const minor = (version: string) => Number(version.split('.')[1]);
  return declared.length > 0 && declared.every((version) => minor(version) > minor(sandboxVersion));
}

function satisfiesLoosely(version: string, range: string): boolean {
  try {
    return satisfies(version, range.replace(/([<>]=?\s*[\d.]+)\.\*/g, '$1')); // `>=3.5.*` is no range, but is written
  } catch {
    return true; // a range that nobody can read forbids nothing
  }
}

/** The first of a month, so that neighbouring commits share an environment. */
function packagesBefore(version: string, committedAt: Date, now: Date): string | null {
  if (now.getTime() - committedAt.getTime() < currentDays * day) return null;
  const later = new Date(Date.UTC(committedAt.getUTCFullYear(), committedAt.getUTCMonth() + 2, 1));
  const settled = known.find((one) => one.version === version)?.settled ?? '';
  const date = later.toISOString().slice(0, 10);
  return date > settled ? date : settled;
}
