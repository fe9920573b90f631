import { textAt, textsAt } from '../tree.ts';
import type { PythonProject } from './project.ts';

export interface Extensions {
  /** What must be in the environment itself for the project to be built in it, again and again. */
  requirements: string[];
  /** Whether the project is built in the environment and not in one of its own, which is gone afterwards. */
  inPlace: boolean;
  /** Commands that build what the tests load, before every run. */
  build: string[];
}

const compiled = /\.(c|cc|cpp|cxx|pyx|pyf|f90)$/;
const rebuildsOnImport = /^(mesonpy|scikit_build_core\.build)$/;

/** Finds out whether a project has extension modules: a change of their sources is to be seen by the tests. */
export function findExtensions({ paths, pyproject, setupPy }: PythonProject): Extensions {
  const requires = textsAt(pyproject, 'build-system', 'requires');
  const backend = textAt(pyproject, 'build-system', 'build-backend') ?? '';
  if (rebuildsOnImport.test(backend)) {
    return { requirements: [...requires, 'ninja'], inPlace: true, build: [] };
  }
  const hasSources = paths.some((path) => compiled.test(path) && !/(^|\/)(tests?|docs?)\//.test(path));
  if (!hasSources || !/ext_modules|Extension\(|cythonize|get_extensions/.test(setupPy))
    return { requirements: [], inPlace: false, build: [] };
  return {
    requirements: requires.length > 0 ? requires : ['setuptools<81'],
    inPlace: false,
    build: ['python setup.py --quiet build_ext --inplace'],
  };
}
