import { splitWords } from '../../text/split-words.ts';
import { installDebianPackages } from '../debian-packages.ts';

/** What the sandbox's Debian has; it compiles for Java 7 and later. The next Debian has the others. */
const ownJdk = 17;
const nextJdks = [21, 25];

/** The JDK that can compile for all of these releases, as far as there is one. */
export function jdkFor(releases: readonly number[]): number {
  const newest = Math.max(ownJdk, ...releases);
  return [ownJdk, ...nextJdks].find((jdk) => jdk >= newest) ?? ownJdk;
}

const mavenVersion = '3.9.11';

/**
 * Checks and reports that a build may have beside its tests. None of them is wanted in a test run: they fail it over
 * things that no test is about, and cost time.
 */
const checks = splitWords(`
  enforcer checkstyle rat license pmd cpd spotbugs findbugs spotless spotless.check spotless.apply japicmp
  animal.sniffer jacoco cobertura clirr revapi forbiddenapis modernizer maven.javadoc maven.source gpg sort
  formatter impsort cyclonedx ktlint detekt fmt mdep.analyze dependency-check
`);

const settings = `<settings><profiles><profile><id>tests-only</id><properties>${checks
  .map((name) => `<${name}.skip>true</${name}.skip>`)
  .join(
    '',
  )}</properties></profile></profiles><activeProfiles><activeProfile>tests-only</activeProfile></activeProfiles></settings>`;

/**
 * A JDK of Debian's, and a Maven newer than Debian's, which many plugins refuse: Debian's fetches it from where it gets
 * everything else. Its settings switch off what is no test.
 */
export function javaSetup(jdk: number): string[] {
  const packages = ['ca-certificates-java', 'maven'];
  return jdk === ownJdk
    ? [...installDebianPackages([`openjdk-${jdk}-jdk-headless`, ...packages]), newerMaven()]
    : [...nextDebian(`openjdk-${jdk}-jdk-headless`), ...installDebianPackages(packages), newerMaven()];
}

/** Installs a package of the next Debian, from the same mirrors; nothing else is taken from there but what it needs. */
function nextDebian(name: string): string[] {
  const copy = `sed 's/bookworm/trixie/g' "$file" > "/etc/apt/sources.list.d/next-\${file##*/}"`;
  return [
    `for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do [ ! -f "$file" ] || ${copy}; done; printf 'Package: *\\nPin: release n=trixie\\nPin-Priority: 100\\n' > /etc/apt/preferences.d/next`,
    ...installDebianPackages([name]).map((command) => command.replace(' install ', ' install -t trixie ')),
  ];
}

function newerMaven(): string {
  const artifact = `org.apache.maven:apache-maven:${mavenVersion}:tar.gz:bin`;
  const home = `/opt/maven/apache-maven-${mavenVersion}`;
  return [
    `mvn -B -ntp -Dmaven.repo.local=/tmp/m2 org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack -Dartifact=${artifact} -DoutputDirectory=/opt/maven`,
    'rm -rf /tmp/m2',
    `chmod +x ${home}/bin/mvn`,
    `ln -sf ${home}/bin/mvn /usr/local/bin/mvn`,
    `echo '${settings}' > ${home}/conf/settings.xml`,
  ].join(' && ');
}
