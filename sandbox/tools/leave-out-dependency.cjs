// Edits the manifests so that a dependency is no longer asked for, and prints what was done; nothing when there is
// nothing left to do. Arguments: its name, the package manager.
// Where a manifest of the repository names it, it is removed there. Else its dependents get, in its place, the
// published package that the lock file tells, or an empty one.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

const [name, manager] = process.argv.slice(2);
const groups = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

const read = (path) => JSON.parse(fs.readFileSync(path, 'utf8'));
const write = (path, value) => fs.writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);

function removeFrom(path) {
  let manifest;
  try {
    manifest = read(path);
  } catch {
    return false; // a fixture that is no manifest
  }
  const holding = groups.filter((group) => manifest[group]?.[name] !== undefined);
  for (const group of holding) delete manifest[group][name];
  if (holding.length > 0) write(path, manifest);
  return holding.length > 0;
}

function publishedForm() {
  if (!fs.existsSync('package-lock.json')) return undefined;
  const packages = Object.entries(read('package-lock.json').packages ?? {});
  const entry = packages.find(([path]) => path.endsWith(`node_modules/${name}`))?.[1];
  return entry?.name && entry.name !== name ? `npm:${entry.name}@${entry.version}` : undefined;
}

function emptyPackage() {
  const directory = join(homedir(), '.ai-fix/empty-package');
  fs.mkdirSync(directory, { recursive: true });
  write(join(directory, 'package.json'), { name: 'empty-package', version: '0.0.0', main: 'index.js' });
  fs.writeFileSync(join(directory, 'index.js'), '');
  return `file:${directory}`;
}

function replaceEverywhere() {
  const root = read('package.json');
  const published = publishedForm();
  const replacement = published ?? (manager === 'pnpm' ? '-' : emptyPackage());
  const holder = manager === 'pnpm' ? (root.pnpm ??= {}) : root;
  const field = manager === 'yarn' ? 'resolutions' : 'overrides';
  if (holder[field]?.[name] === replacement) return undefined;
  holder[field] = { ...holder[field], [name]: replacement };
  write('package.json', root);
  return published
    ? `${published.slice('npm:'.length)} is used instead`
    : 'an empty package stands in for it';
}

const manifests = execFileSync('git', ['ls-files', '-z', 'package.json', '*/package.json'])
  .toString()
  .split('\0');
const removed = manifests.filter((path) => path !== '' && fs.existsSync(path)).map(removeFrom);
const done = removed.includes(true) ? 'left out' : replaceEverywhere();
if (done !== undefined) console.log(done);
