// A mocha reporter for every version: one JSON line per test into AI_FIX_REPORT.
// Mocha's own JSON reporter writes to standard output, among the suite's prints, before version 9.2.
// Written for Node 10, which old suites run on.
// From version 8 on that reporter tells the file of a test, and tests are named by it; before, by their titles alone.
const { appendFileSync } = require('fs');

const reportFile = process.env.AI_FIX_REPORT; // taken at once: tests may change the environment
const { version } = require(require.resolve('mocha/package.json', { paths: [process.cwd()] }));
const namesFile = Number(version.split('.')[0]) >= 8;

module.exports = function reporter(runner) {
  const write = (test, status, error) => {
    const message = error ? String(error.stack || error.message || error) : undefined;
    const file = test.file || (test.parent ? test.parent.file : undefined);
    const line = { file, name: test.fullTitle(), namesFile, status, message };
    appendFileSync(reportFile, `${JSON.stringify(line)}\n`);
  };
  runner.on('pass', (test) => write(test, 'passed'));
  runner.on('pending', (test) => write(test, 'skipped'));
  runner.on('fail', (test, error) => write(test, 'failed', error));
};
