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

/** From version 11 on pnpm takes overrides from this file alone. Returns whether anything is changed. */
function replaceInWorkspaceFile() {
  const path = 'pnpm-workspace.yaml';
  const text = fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : '';
  const line = `  ${JSON.stringify(name)}: "-"\n`;
  if (text.includes(line)) return false;
  const head = /^overrides:[ \t]*\n/m.exec(text);
  if (head === null && /^overrides:/m.test(text)) return false; // written in another form
  const at = head === null ? 0 : head.index + head[0].length;
  fs.writeFileSync(
    path,
    `${text.slice(0, at)}${head === null ? 'overrides:\n' : ''}${line}${text.slice(at)}`,
  );
  return true;
}

function replaceInManifest(replacement) {
  const root = read('package.json');
  if (manager === 'pnpm') root.pnpm ??= {};
  const holder = manager === 'pnpm' ? root.pnpm : root;
  const field = manager === 'yarn' ? 'resolutions' : 'overrides';
  if (holder[field]?.[name] === replacement) return false;
  holder[field] = { ...holder[field], [name]: replacement };
  write('package.json', root);
  return true;
}

function pnpmVersion() {
  const path = join(homedir(), '.local/lib/node_modules/pnpm/package.json');
  return fs.existsSync(path) ? Number.parseInt(read(path).version, 10) : 0;
}

function replaceEverywhere() {
  const published = manager === 'pnpm' ? undefined : publishedForm();
  const inWorkspaceFile = manager === 'pnpm' && pnpmVersion() >= 11;
  const isChanged = inWorkspaceFile
    ? replaceInWorkspaceFile()
    : replaceInManifest(published ?? (manager === 'pnpm' ? '-' : emptyPackage()));
  if (!isChanged) return undefined;
  if (manager === 'pnpm') return 'left out wherever it is asked for';
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
