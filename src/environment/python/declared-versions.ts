import { workflowPaths } from '../ci/workflow-paths.ts';
import { textAt, textsAt } from '../tree.ts';
import { poetryRange } from './poetry.ts';
import type { PythonProject } from './project.ts';

/** What the repository says about the versions of Python that it is for. */
export interface DeclaredVersions {
  requires: string | null;
  /** "3.8", in the order in which they are found. */
  declared: string[];
}

const classifier = /Programming Language :: Python :: (3\.\d+)/g;

/** Reads manifests, tox and CI workflows, all as text: nothing is run. */
export async function declaredVersions(project: PythonProject): Promise<DeclaredVersions> {
  const { files, paths, pyproject, setupCfg, setupPy } = project;
  const requires =
    textAt(pyproject, 'project', 'requires-python') ??
    setupCfg.get('options')?.get('python_requires') ??
    /python_requires\s*=\s*["']([^"']+)["']/.exec(setupPy)?.[1] ??
    poetryRange(textAt(pyproject, 'tool', 'poetry', 'dependencies', 'python') ?? '');
  const manifests = [
    ...textsAt(pyproject, 'project', 'classifiers'),
    setupPy,
    setupCfg.get('metadata')?.get('classifiers') ?? '',
  ];
  const workflows = workflowPaths(paths);
  const texts = await files.readAll(['tox.ini', '.travis.yml', '.python-version', ...workflows]);
  return {
    requires: requires?.trim() || null,
    declared: [
      ...new Set([
        ...[...manifests.join('\n').matchAll(classifier)].map((match) => match[1] as string),
        ...envlistVersions(texts.get('tox.ini') ?? ''),
        ...pinned(texts.get('.python-version') ?? ''),
        ...[...texts]
          .filter(([path]) => path.endsWith('yml') || path.endsWith('yaml'))
          .flatMap(([, text]) => quotedVersions(text)),
      ]),
    ],
  };
}

/** `py{37,38,311}` and `py39`. */
function envlistVersions(tox: string): string[] {
  const names = [...tox.matchAll(/\bpy\{([\d,\s]+)\}|\bpy(3\d+)\b/g)];
  return names
    .flatMap((match) => (match[1] ?? match[2] ?? '').split(','))
    .map((digits) => digits.trim())
    .filter((digits) => /^3\d+$/.test(digits))
    .map((digits) => `3.${digits.slice(1)}`);
}

function pinned(text: string): string[] {
  return [...text.matchAll(/^(3\.\d+)/gm)].map((match) => match[1] as string);
}

/** Only lines about Python: a workflow names versions of much else. */
function quotedVersions(workflow: string): string[] {
  const lines = workflow.split('\n').filter((line) => /python|^\s*-\s*["']?3\.\d+/i.test(line));
  return lines.flatMap((line) =>
    [...line.matchAll(/(?<![\d.])(3\.\d{1,2})(?![\d])/g)].map((match) => match[1] as string),
  );
}
