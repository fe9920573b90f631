import { joinDirectory } from '../directories.ts';
import { type Tree, tableAt, textAt, textsAt, valueAt } from '../tree.ts';
import { type Ini, linesOf, parseIni } from './ini.ts';
import type { PythonProject } from './project.ts';

/** The environment of tox that runs the tests plainly, on one Python. */
export interface ToxEnvironment {
  /** Requirements, and `-r FILE`. */
  deps: string[];
  extras: string[];
  groups: string[];
  commands: string[];
  variables: Record<string, string>;
  directory: string;
}

const nothing: ToxEnvironment = {
  deps: [],
  extras: [],
  groups: [],
  commands: [],
  variables: {},
  directory: '',
};

/** Reads tox.ini and the other places where tox may be set up; nothing is run. `version` is "3.11". */
export async function readTox(
  { files, pyproject, setupCfg }: PythonProject,
  version: string,
): Promise<ToxEnvironment> {
  const own = await files.read('tox.ini');
  const legacy = own ?? textAt(pyproject, 'tool', 'tox', 'legacy_tox_ini');
  if (legacy !== undefined) return fromIni(parseIni(legacy), version);
  if (setupCfg.has('testenv')) return fromIni(setupCfg, version);
  return fromToml(valueAt(pyproject, 'tool', 'tox'));
}

function fromIni(ini: Ini, version: string): ToxEnvironment {
  const main = ini.get('tox') ?? ini.get('tox:tox');
  const names = linesOf((main?.get('envlist') ?? main?.get('env_list') ?? '').replace(/,(?![^{]*\})/g, '\n'));
  const name = plainEnvironment(names.flatMap(expandBraces), version) ?? namedForTests(ini) ?? '';
  const factors = new Set([
    ...name.split('-'),
    ...(/(^|-)py/.test(name) ? [] : ['py', 'py3', pyFactor(version)]),
  ]);
  const own = ini.get(`testenv:${name}`);
  const base = ini.get('testenv');
  if (own === undefined && base === undefined) return nothing;
  const value = (...keys: string[]): string => {
    const found = keys.map((key) => own?.get(key) ?? base?.get(key)).find((text) => text !== undefined);
    return resolve(found ?? '', ini, 0);
  };
  const lines = (...keys: string[]) => linesOf(value(...keys)).flatMap((line) => conditional(line, factors));
  return {
    deps: lines('deps').map((line) => line.replace(/^-r\s*/, '-r ')),
    extras: lines('extras').flatMap(commaList),
    groups: lines('dependency_groups').flatMap(commaList),
    commands: lines('commands').map((line) => line.replace(/^-\s*/, '')),
    variables: Object.fromEntries(lines('setenv', 'set_env').flatMap(assignment)),
    directory: joinDirectory(value('changedir', 'change_dir').trim()),
  };
}

/** The last that is for this Python, needs no service and no development version; else one that is named for tests. */
function plainEnvironment(names: readonly string[], version: string): string | undefined {
  const parts = (name: string) => name.split('-');
  const plain = names.filter((name) => !parts(name).some((part) => special.test(part)));
  const having = (pattern: RegExp) => plain.filter((name) => parts(name).some((part) => pattern.test(part)));
  const exact = having(new RegExp(`^${pyFactor(version)}$`));
  const near = exact.length > 0 ? exact : shortest(having(/^py(3\d*)?$/));
  return (
    near.find((name) => name === pyFactor(version)) ??
    near.findLast((name) => !services.test(name)) ??
    near.at(-1) ??
    plain.find((name) => /^(unit|tests?|pytest)/.test(name))
  );
}

function shortest(names: readonly string[]): string[] {
  return names.toSorted((a, b) => b.split('-').length - a.split('-').length);
}

const special =
  /(main|master|latest|tip|nightly|lowest)$|^(dev\w*|min\w*|pypy.*|docs?|lint|flake8|mypy|cov\w*|style|typing|freeze)$/;
const services = /mysql|maria|postg|oracle|redis|mongo/;

function namedForTests(ini: Ini): string | undefined {
  if (ini.get('testenv')?.has('commands')) return undefined;
  const names = [...ini.keys()].flatMap((key) =>
    key.startsWith('testenv:') ? [key.slice('testenv:'.length)] : [],
  );
  return names.find((name) => /^(py(3\d*)?|unit|tests?|pytest)$/.test(name));
}

function pyFactor(version: string): string {
  return `py${version.replace('.', '')}`;
}

/** `py{39,311}-x` is `py39-x` and `py311-x`. */
function expandBraces(text: string): string[] {
  const match = /\{([^{}]*)\}/.exec(text);
  if (match === null) return [text.trim()].filter((name) => name !== '');
  const [whole, inner = ''] = match;
  const [before = '', after = ''] = [text.slice(0, match.index), text.slice(match.index + whole.length)];
  return inner.split(',').flatMap((choice) => expandBraces(`${before}${choice.trim()}${after}`));
}

/** `py39,py311: text` holds only where one of the factors does. */
function conditional(line: string, factors: ReadonlySet<string>): string[] {
  const match = /^([\w{},!.\s-]+?):\s+(.+)$/.exec(line);
  if (match === null || /[=<>]/.test(match[1] as string)) return [line];
  const alternatives = expandBraces(match[1] as string).flatMap((part) => part.split(','));
  const holds = (alternative: string) =>
    alternative
      .trim()
      .split('-')
      .every((factor) => (factor.startsWith('!') ? !factors.has(factor.slice(1)) : factors.has(factor)));
  return alternatives.some(holds) ? [match[2] as string] : [];
}

const maximumDepth = 5;

function resolve(text: string, ini: Ini, depth: number): string {
  if (depth > maximumDepth) return text;
  const replaced = text
    .replace(
      /\{\[([^\]]+)\]([^}]+)\}/g,
      (_all, section: string, key: string) => ini.get(section)?.get(key.toLowerCase()) ?? '',
    )
    .replace(/\{env:[^:}]*(?::([^{}]*))?\}/g, '$1')
    .replace(/\{posargs(?::([^{}]*))?\}/g, '$1')
    .replace(/\[\]/g, '')
    .replace(/\{(toxinidir|tox_root)\}\/?/g, './')
    .replace(/\{(envpython|env_python)\}/g, 'python')
    .replace(/\{(envtmpdir|toxworkdir|env_tmp_dir|work_dir|envdir|envlogdir)\}/g, '/tmp')
    .replace(/\{\/\}/g, '/');
  return replaced === text ? text : resolve(replaced, ini, depth + 1);
}

function commaList(text: string): string[] {
  return text.split(/[,\s]+/).filter((name) => name !== '');
}

function assignment(line: string): [string, string][] {
  const match = /^(\w+)\s*=\s*(.*)$/.exec(line);
  const isOurs =
    match === null ||
    /^(PATH|PYTHONPATH|PYTHONWARNINGS|PYTEST_ADDOPTS|HOME|TOX\w*|COVERAGE\w*|(PIP|UV)_\w+)$/.test(
      match[1] as string,
    );
  return isOurs || /[{}]/.test(match[2] as string) ? [] : [[match[1] as string, match[2] as string]];
}

/** tox 4 in TOML: commands are lists of words. */
function fromToml(tox: Tree): ToxEnvironment {
  const base = tableAt(tox, 'env_run_base');
  const own = tableAt(tox, 'env', 'py');
  const merged = { ...base, ...own };
  const commands = valueAt(merged, 'commands');
  return {
    ...nothing,
    deps: textsAt(merged, 'deps'),
    extras: textsAt(merged, 'extras'),
    groups: textsAt(merged, 'dependency_groups'),
    commands: (Array.isArray(commands) ? commands : []).map((words) =>
      (Array.isArray(words) ? words : []).filter((word) => typeof word === 'string').join(' '),
    ),
  };
}
