import type { RepositoryFiles } from '../repository-files.ts';
import { textAt, textsAt } from '../tree.ts';
import type { PythonProject } from './project.ts';

const changelogs =
  /^(docs?\/(\w+\/)?)?(change(s|log)|history|news|releases?|release[-_]notes|whats-?new)(\.(md|rst|txt))?$/i;
/** A heading that names a version: not the text below it, which may speak of others. */
const heading = /^[#*=\s[(]*(?:[A-Za-z][\w.-]*\s+){0,2}v?\[?(\d+\.\d+(?:\.\d+)*)(?![\d.]*\d)/im;

/** Tools that take a version from git. */
const versionsByTag =
  /setuptools[-_]scm|use_scm_version|hatch-vcs|\bpbr\b|versioningit|dynamic-versioning|dunamai|\bscm\b|setuptools-git-versioning/;

/**
 * Variables for tools that take a project's version from git's tags, which the sandbox has not: the newest version of
 * the changelog. None when the project's version stands in its files.
 */
export async function versionVariables({
  files,
  pyproject,
  setupCfg,
  setupPy,
}: PythonProject): Promise<Record<string, string>> {
  const requires = textsAt(pyproject, 'build-system', 'requires').join(' ');
  const inSetupCfg = setupCfg.get('options')?.get('setup_requires') ?? '';
  const source = textAt(pyproject, 'tool', 'pdm', 'version', 'source') ?? '';
  if (!versionsByTag.test([requires, setupPy, inSetupCfg, source].join(' '))) return {};
  const version = (await newestVersion(files)) ?? '0.1';
  return {
    SETUPTOOLS_SCM_PRETEND_VERSION: version,
    PBR_VERSION: version,
    PDM_BUILD_SCM_VERSION: version,
    POETRY_DYNAMIC_VERSIONING_BYPASS: version,
    UV_DYNAMIC_VERSIONING_BYPASS: version,
  };
}

async function newestVersion(files: RepositoryFiles): Promise<string | null> {
  const paths = (await files.paths()).filter((path) => changelogs.test(path));
  for (const text of (await files.readAll(paths)).values()) {
    const found = heading.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return null;
}
