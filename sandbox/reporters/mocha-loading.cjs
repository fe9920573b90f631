/**
 * A module for the `--require` of every version of mocha: a file that cannot be loaded counts as failed, where mocha by
 * itself would end before its first test. Written for Node 10, which old suites run on.
 */
const { relative } = require('path');

const installed = (path) => require(require.resolve(path, { paths: [process.cwd()] }));
const Mocha = installed('mocha');
const namesFile = Number(installed('mocha/package.json').version.split('.')[0]) >= 8;

const failing = (mocha, file, error) => {
  const name = namesFile ? '(file)' : `${relative(process.cwd(), file)} > (file)`;
  const test = new Mocha.Test(name, () => {
    throw error;
  });
  test.file = file;
  mocha.suite.addTest(test);
};

for (const name of ['loadFiles', 'loadFilesAsync']) {
  const load = Mocha.prototype[name];
  if (load === undefined) continue;
  const loadEach = function* (mocha, args) {
    const { files } = mocha;
    for (const file of files) {
      mocha.files = [file];
      yield [file, () => load.apply(mocha, args)];
    }
    mocha.files = files;
  };
  Mocha.prototype[name] =
    name === 'loadFiles'
      ? function (done) {
          for (const [file, run] of loadEach(this, [])) {
            try {
              run();
            } catch (error) {
              failing(this, file, error);
            }
          }
          if (done) done();
        }
      : async function (...args) {
          for (const [file, run] of loadEach(this, args)) {
            try {
              await run();
            } catch (error) {
              failing(this, file, error);
            }
          }
        };
}
