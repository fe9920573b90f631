import type { Rule } from '../prepare/remedy.ts';

/** Options for every later call of Maven, the agent's own as well. */
const forJava8 = `echo 'MAVEN_ARGS="-Dmaven.compiler.source=8 -Dmaven.compiler.target=8"' > ~/.mavenrc && `;

/** What goes wrong with Maven builds, most specific first. */
export const mavenRules: readonly Rule[] = [
  {
    managers: ['maven'],
    said: /(Source|Target) option \S+ is no longer supported|(source|target) release \S+ is no longer|invalid (source|target) release: 1?\.?[1-6]\b/i,
    next: (command) => (command.startsWith(forJava8) ? null : `${forJava8}${command}`),
    note: 'the build asks for a Java that the JDK compiles for no longer: compiling for Java 8',
  },
  {
    managers: ['maven'],
    said: /Connection (reset|timed out)|Read timed out|Remote host terminated|status code: 5\d\d/i,
    next: (command) => (command.endsWith(' -U') ? null : `${command} -U`),
    note: 'the network failed: trying again',
  },
  {
    managers: ['maven'],
    said: /Reactor Summary[\s\S]*\bSUCCESS \[[\s\S]*\b(FAILURE \[|SKIPPED)/,
    next: (command) => (command.endsWith(' || true') ? null : `${command} || true`),
    note: 'some modules cannot be built here: their tests do not run',
  },
];
