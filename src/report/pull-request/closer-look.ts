import type { ChangedFile } from '../../core/events.ts';
import type { Verification } from '../../core/verification.ts';
import { isTestPath } from '../../text/test-paths.ts';
import { code, inline } from '../markdown.ts';

const lockFile =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|poetry\.lock|uv\.lock|pdm\.lock|Pipfile\.lock|Cargo\.lock|go\.sum|Gemfile\.lock|composer\.lock)$/;
const buildFile =
  /(^|\/)(package\.json|pyproject\.toml|setup\.(py|cfg)|requirements[^/]*\.txt|tox\.ini|pytest\.ini|Makefile|CMakeLists\.txt|Dockerfile[^/]*|(docker-)?compose[^/]*\.ya?ml|go\.mod|Cargo\.toml|Gemfile|build\.gradle(\.kts)?|pom\.xml|tsconfig[^/]*\.json|[^/]*\.config\.[cm]?[jt]s|\.(eslintrc|prettierrc|babelrc|mocharc|nycrc)[^/]*)$|^\.(github|gitlab|circleci)\/|^(\.gitlab-ci\.yml|Jenkinsfile|azure-pipelines[^/]*)$/;

const shownPaths = 10;
const shownTampering = 20;

/** What a reviewer should look at before all else, the gravest first; as list items. */
export function closerLook(files: readonly ChangedFile[], proof: Verification | null): string[] {
  const item = (what: string, wanted: (file: ChangedFile) => boolean) => itemOf(what, files.filter(wanted));
  return [
    ...tamperingIn(proof),
    ...item('Invisible characters were added', ({ invisible }) => invisible === true),
    ...item('Deleted tests', ({ path, kind }) => kind === 'deleted' && isTestPath(path)),
    ...item('Changed tests, which lost lines', losesTestLines),
    ...item('Lock files', ({ path }) => lockFile.test(path)),
    ...item('Files that steer the build, tools or CI', ({ path }) => buildFile.test(path)),
  ];
}

function tamperingIn(proof: Verification | null): string[] {
  const all = proof?.tampering ?? [];
  const told = all.slice(0, shownTampering).map(({ path, what }) => {
    const where = path === '' ? '' : `${code(path, 150)} `;
    return `Weaker tests: ${where}${inline(what, 300)}`;
  });
  return all.length > told.length
    ? [...told, `and ${all.length - told.length} more tests made weaker`]
    : told;
}

function losesTestLines({ path, kind, removed }: ChangedFile): boolean {
  return kind === 'changed' && removed > 0 && isTestPath(path);
}

function itemOf(what: string, files: readonly ChangedFile[]): string[] {
  if (files.length === 0) return [];
  const paths = files.slice(0, shownPaths).map(({ path }) => code(path, 150));
  const more = files.length > paths.length ? ` and ${files.length - paths.length} more` : '';
  return [`${what}: ${paths.join(', ')}${more}`];
}
