import type { Rule } from '../prepare/remedy.ts';
import { googletestSources } from './submodules.ts';

const fromDebian = [
  `-DFETCHCONTENT_SOURCE_DIR_GOOGLETEST=${googletestSources}`,
  `-DFETCHCONTENT_SOURCE_DIR_GTEST=${googletestSources}`,
  '-DFETCHCONTENT_TRY_FIND_PACKAGE_MODE=ALWAYS',
].join(' ');

/** What goes wrong when a C or C++ build is configured. */
export const cmakeRules: readonly Rule[] = [
  {
    managers: ['cmake'],
    said: /Failed to clone|error: downloading|Could(n't| not) resolve host|CMake step for \S+ failed|unable to access '|Build step for \S+ failed/i,
    next: (command) =>
      /\bcmake -S/.test(command) && !command.includes(fromDebian) ? `${command} ${fromDebian}` : null,
    note: "a dependency could not be downloaded: building with Debian's packages instead",
  },
  {
    managers: ['cmake'],
    said: /Compatibility with CMake < \S+ has been removed/,
    next: (command) =>
      /\bcmake -S/.test(command) && !command.includes('POLICY_VERSION_MINIMUM')
        ? `${command} -DCMAKE_POLICY_VERSION_MINIMUM=3.5`
        : null,
    note: 'the build asks for a CMake that is no longer supported: building as for version 3.5',
  },
];
