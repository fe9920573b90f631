// Prints the name of the dependency whose address holds the given text (owner/name, lower case), or nothing.
// Looks into the lock file, npm's own logs, and the manifest.
const fs = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

const wanted = process.argv[2];
const groups = ['dependencies', 'devDependencies', 'optionalDependencies'];
const matches = (spec) => typeof spec === 'string' && spec.toLowerCase().includes(wanted);

function readJson(path) {
  try {
    return JSON.parse(fs.readFileSync(path, 'utf8'));
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
    const text = fs.readFileSync(join(logs, file), 'utf8');
    for (const [, name, spec] of text.matchAll(/fetch manifest (@?[^@\s]+)@(\S+)/g))
      if (matches(spec)) yield name;
  }
}

function* names() {
  for (const entry of Object.values(readJson('package-lock.json').packages ?? {}))
    yield* namesInManifest(entry);
  yield* namesInLogs();
  yield* namesInManifest(readJson('package.json'));
}

const [first] = names();
if (first !== undefined) console.log(first);
