import { describe, expect, it } from 'vitest';
import { planMaven } from '../../../src/environment/java/plan-maven.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const plan = (files: Record<string, string>) => planMaven(repositoryFiles(files));
const pom = (content = '') => `<project xmlns="http://maven.apache.org/POM/4.0.0">${content}</project>`;
const properties = (text: string) => pom(`<properties>${text}</properties>`);

describe('planMaven', () => {
  it('sees no Java project without a pom.xml at the root', async () => {
    expect(await plan({ 'java/pom.xml': pom(), 'src/A.java': '' })).toBeNull();
  });

  it('fetches what a test run needs by running one test of each module, then goes offline', async () => {
    const found = await plan({
      'pom.xml': pom('<modules><module>core</module><module>more/extra/pom.xml</module></modules>'),
      'core/pom.xml': pom(),
      'core/src/test/java/a/LongerNameTest.java': '',
      'core/src/test/java/a/CoreTest.java': '',
      'core/src/test/java/a/AbstractTest.java': '',
      'core/src/test/java/a/X.java': '',
      'more/extra/pom.xml': pom(),
      'more/extra/src/test/kotlin/b/ExtraTest.kt': '',
      'unbuilt/pom.xml': pom(),
      'unbuilt/src/test/java/c/UnbuiltTest.java': '',
    });
    expect(found?.install[0]).toMatch(/^mvn .* -Dtest=CoreTest,ExtraTest test$/);
    expect(found?.install.at(-1)).toContain('<offline>true</offline>');
    expect(found?.summary).toBe('Java 17, Maven with 3 modules, Surefire');
  });

  it('is not kept from the modules that it can read by one that it cannot', async () => {
    const modules = '<modules><module>broken</module><module>gone</module><module>..</module></modules>';
    const found = await plan({ 'pom.xml': pom(modules), 'broken/pom.xml': '<project>' });
    expect(found?.summary).toBe('Java 17, Maven, Surefire');
  });

  it('says so when the pom.xml at the root is no XML', async () => {
    await expect(plan({ 'pom.xml': '<project><a></project>' })).rejects.toThrow(
      'pom.xml cannot be read as XML',
    );
  });

  it.each([
    ['the plain property', properties('<maven.compiler.release>21</maven.compiler.release>'), 21],
    ['an old notation', properties('<maven.compiler.source>1.8</maven.compiler.source>'), 17],
    ['a name of its own', properties('<java.version>25</java.version>'), 25],
    [
      'the compiler plugin',
      pom('<build><plugins><plugin><release>21</release></plugin></plugins></build>'),
      21,
    ],
    ['a release that is nowhere', properties('<java.version>99</java.version>'), 17],
    ['a variable', properties('<java.version>${jdk}</java.version>'), 17],
    ['another version', properties('<junit.version>25</junit.version>'), 17],
  ])('takes the JDK that can compile for %s', async (_what, text, jdk) => {
    const found = await plan({ 'pom.xml': text });
    expect(found?.summary).toContain(`Java ${jdk},`);
    expect(found?.setup.join('\n')).toContain(`openjdk-${jdk}-jdk-headless`);
  });

  it('sets up by the names of packages, not of hosts', async () => {
    const found = await plan({ 'pom.xml': properties('<java.version>21</java.version>') });
    expect(found?.setup.join('\n')).not.toMatch(/https?:\/\//);
  });
});
