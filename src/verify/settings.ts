import { isFixture } from '../text/test-paths.ts';
import type { ChangedText } from './changed-text.ts';
import { changedParts } from './manifest-parts.ts';
import type { Tampering } from './tampering.ts';
import { findUnbuiltTests } from './unbuilt-tests.ts';

/** Files that hold nothing but settings, by what a change of them changes. */
const settings: readonly { path: RegExp; what: string }[] = [
  {
    path: /(^|\/)((vitest|vite|jest|ava|karma|playwright|cypress|wdio|tap|mocha|web-test-runner)\.(config|conf|workspace|setup|preset|opts)\b[^/]*|\.(mocharc|taprc|jestrc)[^/]*|cypress\.json|(tox|pytest)\.ini|\.?pytest\.toml|noxfile\.py|bunfig\.toml|\.config\/nextest\.toml|junit-platform\.properties|CTest(Custom|Config)\.cmake|testng[^/]*\.xml)$/,
    what: 'changes the settings of the test runner',
  },
  {
    path: /(^|\/)((nyc|c8)\.config\.[^/]*|\.(nycrc|c8rc|istanbul|coveragerc)[^/]*|\.?(codecov|coveralls)\.ya?ml|\.?tarpaulin\.toml)$/,
    what: 'changes the settings of coverage',
  },
  {
    path: /(^|\/)(\.(eslint|prettier|stylelint|xo|oxlint|jshint|standard)(rc|ignore)[^/]*|(eslint|prettier|stylelint|xo|oxlint)\.config\.[^/]+|(biome|tslint)\.jsonc?|\.?ruff\.toml|\.flake8|\.?pylintrc|\.?mypy\.ini|\.pre-commit-config\.yaml|\.golangci\.(ya?ml|toml|json)|\.?(clippy|rustfmt)\.toml|\.clang-(tidy|format)|(checkstyle|pmd|spotbugs)[\w-]*\.xml|\.?(revive|staticcheck)\.(toml|conf))$/,
    what: 'changes the settings of a linter',
  },
  {
    path: /^((\.github\/(workflows|actions)|\.circleci|\.buildkite|\.husky)\/|(\.gitlab-ci|\.travis|\.?appveyor|\.cirrus|\.drone|azure-pipelines|bitbucket-pipelines)[^/]*\.ya?ml$|Jenkinsfile)/,
    what: 'changes CI',
  },
];

/** Parts of files that hold other things as well: keys of package.json, pyproject.toml, Cargo.toml, and the like. */
const settingsPart =
  /^(jest|mocha|ava|tap|nyc|c8|vitest|uvu|borp|eslintConfig|eslintIgnore|xo|standard|lint-staged|husky)$|^scripts\.(.*(test|unit|spec|cover|lint|check|valid|verify|build|prepare)|ci\b)|^tool[.:](pytest|coverage|tox|nox|ruff|mypy|pylint|flake8)\b|^(coverage|tox|flake8|mypy|pylint)\b|^(lints|workspace\.lints|lib\.(test|doctest)|profile\.test)$|^plugin (maven-(surefire|failsafe|checkstyle|pmd)|jacoco|spotbugs|spotless)|^property (skip(Tests|ITs)|maven\.test\.|surefire\.|jacoco\.|argLine)/;
const dependencyPart =
  /^(dependencies|(dev|peer|optional)Dependencies|overrides|resolutions|pnpm|packageManager|workspaces)$|^(build-system|dependency-groups)$|^project\.(requires-python|(optional-)?dependencies)$|^tool\.(poetry|pdm|uv)\.(.*dependencies|group|sources?|extras|index|override.*|constraint.*)$|^options(\.extras_require)?$|^((dev|build)-dependencies|patch|replace|workspace\.dependencies|target\..*dependencies)$|^(require|exclude|toolchain)$|^(parent|property .*version.*)$/;

const dependencyFile =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-(lock|workspace)\.yaml|yarn\.lock|bun\.lockb?|\.npmrc|\.yarnrc(\.yml)?|(uv|poetry|pdm)\.lock|Pipfile(\.lock)?|(requirements|constraints)[\w.-]*\.(txt|in)|requirements\/[^/]+\.(txt|in)|Cargo\.lock|go\.(sum|work|work\.sum)|gradle\.lockfile|libs\.versions\.toml)$/;

type ChangedTexts = ReadonlyMap<string, ChangedText>;

/** Changes to how tests are run and measured and code is checked, rather than to tests. */
export function findSettingsChanges(files: ChangedTexts): Tampering[] {
  const own = new Map([...files].filter(([path]) => !isFixture(path)));
  const changed = [...own].flatMap(([path, text]): Tampering[] => {
    const known = settings.find((setting) => setting.path.test(path));
    if (known !== undefined) return [{ path, what: known.what }];
    const parts = changedParts(path, text).filter((part) => settingsPart.test(part));
    return parts.map((part) => ({ path, what: `changes ${describe(part)}` }));
  });
  return [...changed, ...findUnbuiltTests(own)];
}

/** The changed files that decide which dependencies are installed. */
export function findDependencyChanges(files: ChangedTexts): string[] {
  return [...files]
    .filter(([path]) => !isFixture(path))
    .filter(([path, text]) => {
      return dependencyFile.test(path) || changedParts(path, text).some((part) => dependencyPart.test(part));
    })
    .map(([path]) => path);
}

function describe(part: string): string {
  return part.startsWith('scripts.') ? `the script \`${part.slice('scripts.'.length)}\`` : `\`${part}\``;
}
