import type { Tampering } from './tampering.ts';

const settings: readonly { path: RegExp; what: string }[] = [
  {
    path: /(^|\/)(vitest|vite|jest|ava|karma|playwright|cypress|wdio)\.(config|workspace|setup)[^/]*$|(^|\/)\.(mocharc|taprc|nycrc|c8rc|borp|jestrc)[^/]*$/,
    what: 'changes the settings of the test runner',
  },
  {
    path: /(^|\/)(tox|pytest|noxfile)\.(ini|py)$|(^|\/)\.coveragerc$|(^|\/)(\.?codecov|coveralls)\.ya?ml$/,
    what: 'changes the settings of the test runner',
  },
  {
    path: /^(\.github\/workflows|\.circleci|\.gitlab-ci\.yml|\.travis\.yml|azure-pipelines|Jenkinsfile)/,
    what: 'changes CI',
  },
];

const testKeys = ['jest', 'mocha', 'ava', 'tap', 'nyc', 'c8', 'vitest', 'uvu'];

const dependencyKeys = [
  'dependencies',
  'devDependencies',
  'peerDependencies',
  'optionalDependencies',
  'overrides',
  'resolutions',
  'packageManager',
  'workspaces',
];

const lockFiles =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|uv\.lock|poetry\.lock|Pipfile\.lock|(requirements|constraints)[\w.-]*\.txt)$/;

export interface ChangedText {
  before: string | null;
  after: string | null;
}

/** Changes to how tests are run and measured, rather than to tests. */
export function findSettingsChanges(files: ReadonlyMap<string, ChangedText>): Tampering[] {
  return [...files].flatMap(([path, text]): Tampering[] => {
    const known = settings.find((setting) => setting.path.test(path));
    if (known !== undefined) return [{ path, what: known.what }];
    if (/(^|\/)package\.json$/.test(path))
      return changedKeys(text, testKeys, 'scripts').map((what) => ({ path, what: `changes ${what}` }));
    const sections = /(^|\/)(pyproject\.toml|setup\.cfg)$/.test(path)
      ? /^\[(tool[.:])?(pytest|coverage|tox)\b/m
      : null;
    if (sections !== null && (sections.test(text.before ?? '') || sections.test(text.after ?? ''))) {
      return [{ path, what: 'may change the settings of the test runner' }];
    }
    return [];
  });
}

/** The changed files that decide which dependencies are installed. */
export function findDependencyChanges(files: ReadonlyMap<string, ChangedText>): string[] {
  return [...files]
    .filter(([path, text]) => {
      if (lockFiles.test(path)) return true;
      return /(^|\/)package\.json$/.test(path) && changedKeys(text, dependencyKeys).length > 0;
    })
    .map(([path]) => path);
}

/** Which top-level keys differ, and which entries of `inside` that have to do with tests. */
function changedKeys({ before, after }: ChangedText, keys: readonly string[], inside?: string): string[] {
  const [old, now] = [parse(before), parse(after)];
  const changed = keys
    .filter((key) => JSON.stringify(old[key]) !== JSON.stringify(now[key]))
    .map((key) => `\`${key}\``);
  if (inside === undefined) return changed;
  const [oldInside, nowInside] = [old[inside], now[inside]] as Record<string, unknown>[];
  const names = Object.keys({ ...oldInside, ...nowInside }).filter((name) =>
    /test|unit|coverage|lint|check|build|prepare/.test(name),
  );
  const scripts = names.filter((name) => oldInside?.[name] !== nowInside?.[name]);
  return [...changed, ...scripts.map((name) => `the script \`${name}\``)];
}

function parse(text: string | null): Record<string, unknown> {
  try {
    return JSON.parse(text ?? '{}') as Record<string, unknown>;
  } catch {
    return {};
  }
}
