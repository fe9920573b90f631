import { parse as parseToml } from 'smol-toml';
import type { ChangedText } from './changed-text.ts';
import type { Tampering } from './tampering.ts';

/** Files that hold nothing but settings, by what a change of them changes. */
const settings: readonly { path: RegExp; what: string }[] = [
  {
    path: /(^|\/)((vitest|vite|jest|ava|karma|playwright|cypress|wdio|tap|mocha|web-test-runner)\.(config|conf|workspace|setup|preset|opts)\b[^/]*|\.(mocharc|taprc|jestrc)[^/]*|cypress\.json|(tox|pytest)\.ini|noxfile\.py|bunfig\.toml)$/,
    what: 'changes the settings of the test runner',
  },
  {
    path: /(^|\/)((nyc|c8)\.config\.[^/]*|\.(nycrc|c8rc|istanbul|coveragerc)[^/]*|\.?(codecov|coveralls)\.ya?ml)$/,
    what: 'changes the settings of coverage',
  },
  {
    path: /(^|\/)(\.(eslint|prettier|stylelint|xo|oxlint|jshint|standard)(rc|ignore)[^/]*|(eslint|prettier|stylelint|xo|oxlint)\.config\.[^/]+|(biome|tslint)\.jsonc?|\.?ruff\.toml|\.flake8|\.?pylintrc|\.?mypy\.ini|\.pre-commit-config\.yaml)$/,
    what: 'changes the settings of a linter',
  },
  {
    path: /^((\.github\/(workflows|actions)|\.circleci|\.buildkite|\.husky)\/|(\.gitlab-ci|\.travis|\.?appveyor|\.cirrus|\.drone|azure-pipelines|bitbucket-pipelines)[^/]*\.ya?ml$|Jenkinsfile)/,
    what: 'changes CI',
  },
];

/** Parts of files that hold other things as well: keys of package.json and pyproject.toml, sections of setup.cfg. */
const settingsPart =
  /^(jest|mocha|ava|tap|nyc|c8|vitest|uvu|borp|eslintConfig|eslintIgnore|xo|standard|lint-staged|husky)$|^scripts\.(.*(test|unit|spec|cover|lint|check|valid|verify|build|prepare)|ci\b)|^tool[.:](pytest|coverage|tox|nox|ruff|mypy|pylint|flake8)\b|^(coverage|tox|flake8|mypy|pylint)\b/;
const dependencyPart =
  /^(dependencies|(dev|peer|optional)Dependencies|overrides|resolutions|pnpm|packageManager|workspaces)$|^(build-system|dependency-groups)$|^project\.(requires-python|(optional-)?dependencies)$|^tool\.(poetry|pdm|uv)\.(.*dependencies|group|sources?|extras|index|override.*|constraint.*)$|^options(\.extras_require)?$/;

const dependencyFile =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-(lock|workspace)\.yaml|yarn\.lock|bun\.lockb?|\.npmrc|\.yarnrc(\.yml)?|(uv|poetry|pdm)\.lock|Pipfile(\.lock)?|(requirements|constraints)[\w.-]*\.(txt|in)|requirements\/[^/]+\.(txt|in))$/;

/** Packages within fixtures are data. */
const data = /(^|\/)(__)?fixtures?(__)?\//;

type ChangedTexts = ReadonlyMap<string, ChangedText>;

/** Changes to how tests are run and measured and code is checked, rather than to tests. */
export function findSettingsChanges(files: ChangedTexts): Tampering[] {
  return [...files].flatMap(([path, text]): Tampering[] => {
    if (data.test(path)) return [];
    const known = settings.find((setting) => setting.path.test(path));
    if (known !== undefined) return [{ path, what: known.what }];
    const parts = changedParts(path, text).filter((part) => settingsPart.test(part));
    return parts.map((part) => ({ path, what: `changes ${describe(part)}` }));
  });
}

/** The changed files that decide which dependencies are installed. */
export function findDependencyChanges(files: ChangedTexts): string[] {
  return [...files]
    .filter(([path]) => !data.test(path))
    .filter(([path, text]) => {
      return dependencyFile.test(path) || changedParts(path, text).some((part) => dependencyPart.test(part));
    })
    .map(([path]) => path);
}

function describe(part: string): string {
  return part.startsWith('scripts.') ? `the script \`${part.slice('scripts.'.length)}\`` : `\`${part}\``;
}

/** How to take apart the files that hold several things: into texts by the names of their parts. */
const readers: Readonly<Record<string, (text: string) => Map<string, string>>> = {
  'package.json': (text) => flatten(JSON.parse(text), { scripts: 1 }),
  'pyproject.toml': (text) => flatten(parseToml(text), { project: 1, tool: 2 }),
  'setup.cfg': sections,
  'setup.py': (text) => new Map([['options', (text.match(/\w*requires?\s*=\s*\[[^\]]*\]/g) ?? []).join()]]),
};

function changedParts(path: string, { before, after }: ChangedText): string[] {
  const read = readers[path.split('/').at(-1) ?? ''];
  if (read === undefined) return [];
  const [old, now] = [before, after].map((text) => {
    try {
      return read(text ?? '');
    } catch {
      return new Map<string, string>(); // what cannot be read has no parts: all of them changed
    }
  }) as [Map<string, string>, Map<string, string>];
  return [...new Set([...old.keys(), ...now.keys()])].filter((part) => old.get(part) !== now.get(part));
}

/** The top-level values of an object, as texts; `depths` tells below which keys to go how much deeper. */
function flatten(value: unknown, depths: Readonly<Record<string, number>>): Map<string, string> {
  const parts = new Map<string, string>();
  const walk = (inner: unknown, path: readonly string[]) => {
    const depth = 1 + (depths[path[0] ?? ''] ?? 0);
    const isDeep =
      typeof inner === 'object' && inner !== null && !Array.isArray(inner) && path.length < depth;
    if (!isDeep) parts.set(path.join('.'), JSON.stringify(inner));
    else for (const [key, next] of Object.entries(inner)) walk(next, [...path, key]);
  };
  walk(value, []);
  return parts;
}

/** The sections of an INI file. */
function sections(text: string): Map<string, string> {
  const parts = text.split(/^\[(.+)\]\s*$/m);
  return new Map(
    parts.flatMap((part, index) => (index % 2 === 1 ? [[part, parts[index + 1]?.trim() ?? '']] : [])),
  );
}
