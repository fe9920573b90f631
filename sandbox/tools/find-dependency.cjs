// Prints the name of the dependency whose address holds the given text (owner/name or a host, lower case), or nothing.
// Looks into the lock files, npm's own logs, and the manifest.
const fs = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

const wanted = process.argv[2];
const groups = ['dependencies', 'devDependencies', 'optionalDependencies'];
const isGitHub = /(^|\.)github\.com$/.test(wanted);
const shortForm = /^(github:)?[\w.-]+\/[\w.-]+(#.*)?$/;

function matches(spec) {
  if (typeof spec !== 'string') return false;
  return spec.toLowerCase().includes(wanted) || (isGitHub && shortForm.test(spec));
}

function readText(path) {
  return fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : '';
}

function readJson(path) {
  try {
    return JSON.parse(readText(path));
  } catch {
    return {};
  }
}

function* namesInManifest(manifest) {
  for (const group of groups) {
    for (const [name, spec] of Object.entries(manifest[group] ?? {})) if (matches(spec)) yield name;
  }
}

function* namesInLogs() {
  const logs = join(homedir(), '.npm/_logs');
  for (const file of fs.existsSync(logs) ? fs.readdirSync(logs) : []) {
    const text = readText(join(logs, file));
    for (const [, name, spec] of text.matchAll(/fetch manifest (@?[^@\s]+)@(\S+)/g))
      if (matches(spec)) yield name;
  }
}

/** Lock files that are no JSON name an entry by `name@address`. */
function* namesInLockText(text) {
  for (const [, name, spec] of text.matchAll(
    /(?<![\w@/.-])(@?[\w.-]+(?:\/[\w.-]+)?)@((?:git|https?|ssh|github)\b[^\s"',]+)/g,
  ))
    if (matches(spec)) yield name;
}

function* names() {
  for (const entry of Object.values(readJson('package-lock.json').packages ?? {}))
    yield* namesInManifest(entry);
  for (const path of ['pnpm-lock.yaml', 'yarn.lock', 'bun.lock']) yield* namesInLockText(readText(path));
  yield* namesInLogs();
  yield* namesInManifest(readJson('package.json'));
}

const [first] = names();
if (first !== undefined) console.log(first);
