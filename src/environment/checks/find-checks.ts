import { posix } from 'node:path';
import { z } from 'zod';
import { quoteWord } from '../../text/quote-word.ts';
import { workflowPaths } from '../ci/workflow-paths.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { checksFormat, clippyCommand } from '../rust/clippy.ts';
import {
  annotations,
  eslintComplaints,
  lineComplaints,
  ownComplaints,
  type ReadComplaints,
  unformatted,
} from './complaints.ts';

/** A check of code that a repository has of its own: a linter, a formatter, a type checker. */
export interface Check {
  name: string;
  /** The program, which may not be installed. */
  program: string;
  /** Which files it is about. */
  files: RegExp;
  command(paths: readonly string[]): string;
  read: ReadComplaints;
}

const scripts = /\.([cm]?[jt]sx?|vue|svelte)$/;
const words = (paths: readonly string[]) => paths.map(quoteWord).join(' ');
const check = (
  name: string,
  files: RegExp,
  read: ReadComplaints,
  command: (paths: readonly string[]) => string,
): Check => ({ name, program: command([]).split(' ')[0] as string, files, command, read });

/** By the names that package scripts call them by. */
const ofNode: readonly Check[] = [
  check('eslint', scripts, eslintComplaints, (paths) => `eslint --no-color --format json ${words(paths)}`),
  check('biome', /\.([cm]?[jt]sx?|jsonc?|css)$/, annotations, (paths) => {
    return `biome check --colors=off --reporter=github --max-diagnostics=200 ${words(paths)}`;
  }),
  check('prettier', /\.\w+$/, unformatted, (paths) => {
    return `prettier --list-different --ignore-unknown ${words(paths)}`;
  }),
  check('standard', scripts, lineComplaints, (paths) => `standard ${words(paths)}`),
  check('xo', scripts, lineComplaints, (paths) => `xo --reporter=unix ${words(paths)}`),
  check('tsc', /\.[cm]?tsx?$/, lineComplaints, () => 'tsc --noEmit --pretty false'),
];

const python = /\.pyi?$/;

/** By what configures them: a section of one of the files that hold several tools' settings, or a file of their own. */
const ofPython: readonly (Check & { section: RegExp; own: RegExp })[] = [
  {
    ...check('ruff', python, lineComplaints, (paths) => `ruff check --output-format concise ${words(paths)}`),
    section: /^\[tool\.ruff\b/m,
    own: /^\.?ruff\.toml$/,
  },
  {
    ...check('black', python, unformatted, (paths) => `black --check ${words(paths)}`),
    section: /^\[tool\.black\b/m,
    own: /^$/,
  },
  {
    ...check('flake8', python, lineComplaints, (paths) => `flake8 ${words(paths)}`),
    section: /^\[flake8\b/m,
    own: /^\.flake8$/,
  },
  {
    ...check(
      'mypy',
      python,
      lineComplaints,
      (paths) => `mypy --no-error-summary --no-color-output ${words(paths)}`,
    ),
    section: /^\[(tool\.)?mypy\b/m,
    own: /^\.?mypy\.ini$/,
  },
];

const go: readonly Check[] = [
  check('gofmt', /\.go$/, unformatted, (paths) => `gofmt -l ${words(paths)}`),
  check('go vet', /\.go$/, lineComplaints, (paths) => {
    return `go vet ${words([...new Set(paths.map((path) => `./${posix.dirname(path)}`))])}`;
  }),
];

/** Those that CI runs, as it runs them. */
function ofRust(ci: readonly string[]): Check[] {
  const files = /\.rs$/;
  const clippy = clippyCommand(ci);
  return [
    ...(checksFormat(ci)
      ? [
          {
            ...check('rustfmt', files, unformatted, () => 'cargo fmt --all -- --check -l'),
            program: 'cargo-fmt',
          },
        ]
      : []),
    ...(clippy === null
      ? []
      : [{ ...check('clippy', files, ownComplaints, () => clippy), program: 'cargo-clippy' }]),
  ];
}

/** The checks that a repository has, by its manifests and settings at the root. */
export async function findChecks(files: RepositoryFiles): Promise<Check[]> {
  const roots = (await files.paths()).filter((path) => !path.includes('/'));
  const settings = [...(await files.readAll(['pyproject.toml', 'setup.cfg', 'tox.ini'])).values()].join('\n');
  const ci = [...(await files.readAll(workflowPaths(await files.paths()))).values()];
  const called = calledPrograms(await files.read('package.json'));
  return [
    ...ofNode.filter(({ name }) => called.has(name) && (name !== 'tsc' || roots.includes('tsconfig.json'))),
    ...ofPython.filter(({ section, own }) => section.test(settings) || roots.some((path) => own.test(path))),
    ...(roots.includes('go.mod') ? go : []),
    ...(roots.includes('Cargo.toml') ? ofRust(ci) : []),
  ];
}

const manifest = z.object({ scripts: z.record(z.string(), z.unknown()).optional() });

/** The words of all scripts: a tool that is only installed is not the repository's own check. */
function calledPrograms(text: string | null): Set<string> {
  try {
    const { scripts = {} } = manifest.parse(JSON.parse(text ?? '{}'));
    return new Set(Object.values(scripts).flatMap((script) => String(script).match(/[\w-]+/g) ?? []));
  } catch {
    return new Set();
  }
}
