import picomatch from 'picomatch';
import type { Changes, FileChange } from '../core/changes.ts';
import { isTestPath } from '../text/test-paths.ts';
import type { LineCount } from './tree.ts';

export interface ChangeLimits {
  files: number;
  lines: number;
  bytes: number;
}

export const defaultChangeLimits: ChangeLimits = { files: 50, lines: 2000, bytes: 1024 * 1024 };

export interface Violation {
  path: string;
  why: string;
}

/**
 * What a run may not change: what runs elsewhere with other rights (CI, hooks), what steers git, and what
 * steers agents. Matched without regard to case, for file systems that have none.
 */
const protectedPaths = [
  '.github/**',
  '.gitlab-ci.yml',
  '.gitlab/**',
  '.circleci/**',
  '.buildkite/**',
  '.travis.yml',
  '.drone.yml',
  '.woodpecker*',
  '.woodpecker/**',
  'Jenkinsfile*',
  'azure-pipelines*',
  'bitbucket-pipelines.yml',
  'appveyor.yml',
  '.appveyor.yml',
  '.cirrus.yml',
  '**/.gitmodules',
  '**/.gitattributes',
  '.husky/**',
  '.githooks/**',
  '.pre-commit-config.yaml',
  'lefthook.y{,a}ml',
  '**/.npmrc',
  '**/.yarnrc*',
  '.yarn/**',
  '.vscode/**',
  '.idea/**',
  '.devcontainer/**',
  '.devcontainer.json',
  '**/AGENTS.md',
  '**/CLAUDE.md',
  '**/GEMINI.md',
  '.claude/**',
  '.codex/**',
  '.cursor/**',
  '.cursorrules',
  '.windsurfrules',
  '.clinerules',
  '.aider*',
  '.mcp.json',
  '**/CODEOWNERS',
];

/** A change with what was measured of it. */
export interface Measured {
  changes: Changes;
  lines: readonly LineCount[];
  patch: string;
}

/** Everything about a change that keeps it from being published. Empty when it may be. */
export function findViolations(
  change: Measured,
  limits: ChangeLimits,
  morePaths: readonly string[],
): Violation[] {
  const isProtected = picomatch([...protectedPaths, ...morePaths], { dot: true, nocase: true });
  const violations: Violation[] = [];
  for (const [path, entry] of change.changes) {
    const why =
      nameProblem(path) ?? (isProtected(path) ? 'this path is protected' : linkProblem(path, entry));
    if (why !== null) violations.push({ path, why });
  }
  for (const { path, added } of change.lines) {
    if (added !== null || change.changes.get(path)?.kind !== 'file') continue;
    if (!isToldInText(path, change)) violations.push({ path, why: 'it is a binary file' });
  }
  for (const path of filesAdding(directionMarks, change.patch)) {
    violations.push({ path, why: 'it adds characters that reorder text and so hide what the code does' });
  }
  return [...violations, ...sizeProblems(change, limits)];
}

/**
 * Whether a binary file is a snapshot that ava keeps for itself, whose text for people is part of the change: `a.js.snap`
 * beside `a.js.md`, for the test `a.js`.
 */
function isToldInText(path: string, { changes, lines }: Measured): boolean {
  const report = path.replace(/\.snap$/, '.md');
  const isSnapshot = /\.[cm]?[jt]sx?\.snap$/.test(path) && isTestPath(path);
  return (
    isSnapshot &&
    changes.get(report)?.kind === 'file' &&
    lines.some((one) => one.path === report && one.added !== null)
  );
}

/** Names that git, or a file system somewhere, takes for something else. After git's own list in t1014 and t7450. */
export function nameProblem(path: string): string | null {
  for (const part of path.split('/')) {
    const folded = foldName(part);
    if (part === '' || part === '.' || part === '..') return 'its path leaves the tree';
    if (/^(\.git|git~\d+)$/.test(folded)) return 'its path is taken for a git directory';
    if (/[\\:]/.test(part)) return 'its path has a character that Windows takes for a separator';
    if (/[\u0000-\u001f\u007f]/.test(part)) return 'its path has a control character';
    if (/[. ]$/.test(part)) return 'its path ends in a dot or space, which Windows drops';
    if (/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/.test(folded)) return 'its name is a device on Windows';
  }
  return null;
}

/** A name as case-insensitive file systems, and those that ignore some characters, compare it. */
function foldName(part: string): string {
  return part
    .normalize('NFKC')
    .replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '')
    .replace(/::?\$.*$/, '')
    .replace(/[. ]+$/, '')
    .toLowerCase();
}

function linkProblem(path: string, change: FileChange): string | null {
  if (change.kind !== 'link' || !leavesTree(path, change.target)) return null;
  return 'it is a symbolic link that points out of the repository';
}

function leavesTree(path: string, target: string): boolean {
  if (target.startsWith('/') || target.includes('\\') || target === '') return true;
  let depth = path.split('/').length - 1;
  for (const part of target.split('/')) {
    if (part === '..') depth--;
    else if (part !== '' && part !== '.') depth++;
    if (depth < 0) return true;
  }
  return target.split('/').some((part) => foldName(part) === '.git');
}

function sizeProblems(change: Measured, limits: ChangeLimits): Violation[] {
  const lines = change.lines.reduce((sum, { added, deleted }) => sum + (added ?? 0) + (deleted ?? 0), 0);
  const over = (what: string, found: number, limit: number): Violation[] =>
    found > limit ? [{ path: '', why: `${found} ${what}, more than the ${limit} allowed` }] : [];
  return [
    ...over('files changed', change.changes.size, limits.files),
    ...over('lines changed', lines, limits.lines),
    ...over('bytes of patch', Buffer.byteLength(change.patch), limits.bytes),
  ];
}

/** Characters that reorder the text around them. */
const directionMarks = /[\u202a-\u202e\u2066-\u2069]/;

/** Files in which the patch adds certain characters, where its old lines had none. */
export function filesAdding(marks: RegExp, patch: string): string[] {
  return patch
    .split(/^diff --git /m)
    .slice(1)
    .filter((section) => {
      const lines = section.split('\n');
      const had = lines.some((line) => line.startsWith('-') && marks.test(line));
      return !had && lines.some((line) => line.startsWith('+') && marks.test(line));
    })
    .map((section) => /^\+\+\+ b\/(.*)$/m.exec(section)?.[1] ?? '');
}
