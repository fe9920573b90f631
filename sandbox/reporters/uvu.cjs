// Makes uvu report: one JSON line per test into AI_FIX_REPORT. To be loaded before uvu, by NODE_OPTIONS.
// uvu has no reporters and names failing tests only, so its module is loaded with calls put in where it counts.
const { appendFileSync } = require('node:fs');
const { registerHooks } = require('node:module');
const { getCallSites } = require('node:util');

const reportFile = process.env.AI_FIX_REPORT; // taken at once: tests may change the environment
process.env.NODE_OPTIONS = process.env.NODE_OPTIONS.replace(`--require=${__filename}`, '').trim();

const additions = [
  ['let copy = { ...ctx', ', reported: globalThis.aiFix.file()'],
  ['write(PASS);', " globalThis.aiFix.write(ctx.reported, test.name, 'passed');"],
  ['write(FAIL);', " globalThis.aiFix.write(ctx.reported, test.name, 'failed', err);"],
  ['test.skip = (', 'skipped'],
  ['ctx.skips++', ", globalThis.aiFix.write(globalThis.aiFix.file(), skipped, 'skipped')"],
];

globalThis.aiFix = {
  /** The test file that is being loaded: the outermost that is neither Node's nor a dependency. */
  file() {
    const scripts = getCallSites(100).map((site) => site.scriptName);
    return scripts.findLast((script) => !/^$|^node:|\/node_modules\/|^\/opt\/ai-fix\//.test(script));
  },
  write(file, name, status, error) {
    const message = error === undefined ? undefined : String(error?.stack ?? error);
    appendFileSync(reportFile, `${JSON.stringify({ file, name, status, message })}\n`);
  },
};

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!/\/uvu\/dist\/index\.m?js$/.test(url)) return loaded;
    const add = (source, [place, text]) => source.replace(place, `${place}${text}`);
    return { ...loaded, source: additions.reduce(add, String(loaded.source)) };
  },
});
