import { parse as parseToml } from 'smol-toml';
import type { ChangedText } from './changed-text.ts';

type Reader = (text: string) => Map<string, string>;

/** How to take apart the files that hold several things: into texts by the names of their parts. */
const readers: Readonly<Record<string, Reader>> = {
  'package.json': (text) => flatten(JSON.parse(text), { scripts: 1 }),
  'pyproject.toml': (text) => flatten(parseToml(text), { project: 1, tool: 2 }),
  'Cargo.toml': (text) => flatten(parseToml(text), { lib: 1, workspace: 1, target: 2, profile: 1 }),
  'setup.cfg': sections,
  'setup.py': (text) => new Map([['options', (text.match(/\w*requires?\s*=\s*\[[^\]]*\]/g) ?? []).join()]]),
  'go.mod': directives,
  'pom.xml': mavenParts,
};

/** The parts of a manifest that a change touched; none of a file that is no manifest. */
export function changedParts(path: string, { before, after }: ChangedText): string[] {
  const read = readers[path.split('/').at(-1) ?? ''];
  if (read === undefined) return [];
  const [old, now] = [before, after].map((text) => {
    try {
      return read(text ?? '');
    } catch {
      return new Map<string, string>(); // what cannot be read has no parts: all of them changed
    }
  }) as [Map<string, string>, Map<string, string>];
  return [...new Set([...old.keys(), ...now.keys()])].filter((part) => old.get(part) !== now.get(part));
}

/** The top-level values of an object, as texts; `depths` tells below which keys to go how much deeper. */
function flatten(value: unknown, depths: Readonly<Record<string, number>>): Map<string, string> {
  const parts = new Map<string, string>();
  const walk = (inner: unknown, path: readonly string[]) => {
    const depth = 1 + (depths[path[0] ?? ''] ?? 0);
    const isDeep =
      typeof inner === 'object' && inner !== null && !Array.isArray(inner) && path.length < depth;
    if (!isDeep) parts.set(path.join('.'), JSON.stringify(inner));
    else for (const [key, next] of Object.entries(inner)) walk(next, [...path, key]);
  };
  walk(value, []);
  return parts;
}

/** The sections of an INI file. */
function sections(text: string): Map<string, string> {
  const parts = text.split(/^\[(.+)\]\s*$/m);
  return new Map(
    parts.flatMap((part, index) => (index % 2 === 1 ? [[part, parts[index + 1]?.trim() ?? '']] : [])),
  );
}

/** The directives of a go.mod, each with all its lines, in whatever order and in blocks or not. */
function directives(text: string): Map<string, string> {
  const lines = new Map<string, string[]>();
  let block: string | null = null;
  for (const raw of text.split('\n')) {
    const line = raw.replace(/\/\/.*$/, '').trim();
    const opened = /^(\w+)\s*\($/.exec(line)?.[1];
    if (opened !== undefined) block = opened;
    else if (line === ')') block = null;
    else if (line !== '') {
      const [word = '', ...rest] = block === null ? line.split(/\s+/) : [block, ...line.split(/\s+/)];
      lines.set(word, [...(lines.get(word) ?? []), rest.join(' ')]);
    }
  }
  return new Map([...lines].map(([word, all]) => [word, all.sort().join('\n')]));
}

/** Dependencies, properties and plugins of a Maven project, as far as plain reading tells. */
function mavenParts(text: string): Map<string, string> {
  const plain = text.replace(/<!--[\s\S]*?-->/g, '').replace(/\s+/g, ' ');
  const parts = new Map<string, string>();
  const add = (name: string, value: string) => parts.set(name, (parts.get(name) ?? '') + value);
  const plugins = /<plugin>.*?<\/plugin>/g;
  for (const [plugin] of plain.matchAll(plugins))
    add(`plugin ${/<artifactId>\s*([^<]*?)\s*</.exec(plugin)?.[1] ?? ''}`, plugin);
  const rest = plain.replace(plugins, '');
  for (const [block, name = ''] of rest.matchAll(/<(dependencies|parent|modules)>.*?<\/\1>/g))
    add(name, block);
  for (const [, block = ''] of rest.matchAll(/<properties>(.*?)<\/properties>/g))
    for (const [, name = '', value = ''] of block.matchAll(/<([\w.-]+)>([^<]*)<\/\1>/g))
      add(`property ${name}`, value);
  return parts;
}
