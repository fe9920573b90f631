// Makes uvu report: one JSON line per test into AI_FIX_REPORT. To be loaded before uvu, by NODE_OPTIONS.
// Written for Node 10, which old suites run on.
// uvu has no reporters and names failing tests only, so its module is loaded with calls put in where it counts.
// Node before 22.15 has no hooks for that: there the installed files are changed.
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('fs');
const { registerHooks } = require('module');
const { dirname, join } = require('path');
const { getCallSites = callSites } = require('util');

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
    const isOwn = (script) => !/^$|^node:|\/node_modules\/|^\/opt\/ai-fix\/|^internal\//.test(script);
    return scripts.reverse().find((script) => isOwn(script) && /[/\\]/.test(script));
  },
  write(file, name, status, error) {
    const message = error === undefined ? undefined : String((error && error.stack) || error);
    appendFileSync(reportFile, `${JSON.stringify({ file, name, status, message })}\n`);
  },
};

if (registerHooks === undefined) changeInstalled();
else
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!/\/uvu\/dist\/index\.m?js$/.test(url)) return loaded;
      return { ...loaded, source: withAdditions(String(loaded.source)) };
    },
  });

function withAdditions(source) {
  if (source.includes('globalThis.aiFix')) return source; // changed before
  return additions.reduce((text, [place, more]) => text.replace(place, `${place}${more}`), source);
}

function changeInstalled() {
  let directory;
  try {
    directory = dirname(require.resolve('uvu', { paths: [process.cwd()] }));
  } catch {
    return; // a process that knows no uvu
  }
  for (const path of [join(directory, 'index.js'), join(directory, 'index.mjs')]) {
    const source = existsSync(path) ? readFileSync(path, 'utf8') : '';
    if (source !== '') writeFileSync(path, withAdditions(source));
  }
}

function callSites() {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  Error.prepareStackTrace = (_, sites) => sites.map((site) => ({ scriptName: site.getFileName() || '' }));
  const sites = new Error().stack;
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  return sites;
}
