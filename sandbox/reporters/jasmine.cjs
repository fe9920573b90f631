// A jasmine reporter: one JSON line per test into AI_FIX_REPORT. From version 5 on jasmine tells the file of a test.
// A suite counts where it failed by itself, in a hook or while it was loaded.
const { appendFileSync } = require('node:fs');

const reportFile = process.env.AI_FIX_REPORT; // taken at once: tests may change the environment

module.exports = class Reporter {
  #path = [];

  suiteStarted({ description }) {
    this.#path.push(description);
  }

  specDone({ description, filename, status, failedExpectations }) {
    const outcome = { passed: 'passed', failed: 'failed' }[status] ?? 'skipped';
    this.#write(filename, [...this.#path, description], outcome, failedExpectations);
  }

  suiteDone({ filename, failedExpectations }) {
    if (failedExpectations?.length > 0) this.#write(filename, this.#path, 'failed', failedExpectations);
    this.#path.pop();
  }

  jasmineDone({ failedExpectations }) {
    for (const failure of failedExpectations ?? []) {
      this.#write(failure.filename, ['(outside of any suite)'], 'failed', [failure]);
    }
  }

  #write(file, path, status, failures = []) {
    const message = failures
      .map(({ message, stack }) => [message, stack].filter(Boolean).join('\n'))
      .join('\n');
    const line = { file, path, status, ...(status === 'failed' ? { message } : {}) };
    appendFileSync(reportFile, `${JSON.stringify(line)}\n`);
  }
};
