import { posix } from 'node:path';
import type { EnvironmentPlan } from '../../core/environment.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { mavenTest } from '../runners/java/maven.ts';
import { javaReleases, type Pom, readPoms } from './poms.ts';
import { javaSetup, jdkFor } from './toolchain.ts';

/** Null when no pom.xml is at the root. */
export async function planMaven(files: RepositoryFiles): Promise<EnvironmentPlan | null> {
  const paths = await files.paths();
  if (!paths.includes('pom.xml')) return null;
  const poms = await readPoms(files);
  const jdk = jdkFor(javaReleases(poms));
  return {
    summary: `Java ${jdk}, Maven${poms.length > 1 ? ` with ${poms.length} modules` : ''}, Surefire`,
    keyFiles: paths.filter((path) => /(^|\/)pom\.xml$|(^|\/)\.mvn\//.test(path)),
    packageManager: 'maven',
    setup: javaSetup(jdk),
    install: [
      // everything that a test run fetches is only known to a test run: one test of each module
      mavenTest([], firstTests(poms, paths)),
      `mkdir -p ~/.m2 && rm -f ~/.m2/settings.xml && echo '<settings><offline>true</offline></settings>' > ~/.m2/settings.xml`,
    ],
    build: [],
    tests: [{ runner: 'maven', directory: '', options: [], targets: [], env: {} }],
    env: { JAVA_TOOL_OPTIONS: '-XX:MaxRAMPercentage=50' }, // by itself it takes a quarter, which is little of a sandbox
  };
}

/** The plainest test class of each module: the one with the shortest path. */
function firstTests(poms: readonly Pom[], paths: readonly string[]): string[] {
  return poms.flatMap(({ directory }) => {
    const prefix = directory === '' ? 'src/test/' : `${directory}/src/test/`;
    const tests = paths.filter((path) => path.startsWith(prefix) && testClass.test(path));
    const first = tests.sort((a, b) => a.length - b.length)[0];
    return first === undefined ? [] : [posix.basename(first).replace(/\.\w+$/, '')];
  });
}

const testClass = /\/(?!Abstract)\w*(Test|Tests|TestCase|Spec)\.(java|kt|groovy|scala)$|\/Test\w+\.java$/;
