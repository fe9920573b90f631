import { posix } from 'node:path';
import { splitWords } from '../text/split-words.ts';

/** Whether a file is what something is installed from, in whatever language. */
export function isManifest(path: string): boolean {
  const name = posix.basename(path);
  return /[-.]lock(b|\.json|\.ya?ml)?$|requirements.*\.txt$/.test(name) || manifestNames.has(name);
}

const manifestNames = new Set(
  splitWords(`
    package.json .npmrc pyproject.toml setup.py setup.cfg go.mod go.sum Cargo.toml pom.xml build.gradle
    build.gradle.kts Gemfile composer.json mix.exs Makefile CMakeLists.txt
  `),
);
