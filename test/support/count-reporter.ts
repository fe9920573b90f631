import type { Reporter, TestModule } from 'vitest/node';

/** Ends the run with one line that a program can read: `N passed, N failed`. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const passed = tests.filter((test) => test.result().state === 'passed').length;
    const failed = tests.filter((test) => test.result().state === 'failed').length;
    const broken = modules.filter((module) => !module.ok() && module.errors().length > 0).length;
    console.log(`${passed} passed, ${failed + broken} failed`);
  }
}
