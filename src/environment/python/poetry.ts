import { type Tree, tableAt, textAt, textsAt } from '../tree.ts';

/**
 * Requirements of the groups of a Poetry project that its tests need, in the form that every installer reads.
 * `choose` picks among the groups' names; older projects have but one, for development.
 */
export function poetryRequirements(
  pyproject: Tree,
  choose: (names: readonly string[]) => string[],
): string[] {
  const poetry = tableAt(pyproject, 'tool', 'poetry');
  const groups = Object.fromEntries(
    Object.keys(tableAt(poetry, 'group')).map((name) => [
      name,
      tableAt(poetry, 'group', name, 'dependencies'),
    ]),
  );
  const tables = [
    tableAt(poetry, 'dev-dependencies'),
    ...choose(Object.keys(groups)).map((name) => groups[name] ?? {}),
  ];
  return tables.flatMap((table) =>
    Object.entries(table).flatMap(([name, value]) => (name === 'python' ? [] : requirement(name, value))),
  );
}

function requirement(name: string, value: unknown): string[] {
  if (typeof value === 'string') return [`${name}${poetryRange(value)}`];
  if (Array.isArray(value)) return [name]; // other ranges for other Pythons
  if (textAt(value, 'path') !== undefined) return [];
  const extras = textsAt(value, 'extras');
  const named = `${name}${extras.length === 0 ? '' : `[${extras.join(',')}]`}`;
  const git = textAt(value, 'git');
  if (git !== undefined) {
    const revision = ['rev', 'tag', 'branch']
      .map((key) => textAt(value, key))
      .find((text) => text !== undefined);
    return [`${named} @ git+${git}${revision === undefined ? '' : `@${revision}`}`];
  }
  const marker = textAt(value, 'markers');
  return [
    `${named}${poetryRange(textAt(value, 'version') ?? '*')}${marker === undefined ? '' : ` ; ${marker}`}`,
  ];
}

/** Poetry's `^1.2`, `~1.2`, `1.2` and `*` as Python's own ranges; alternatives are left open. */
export function poetryRange(text: string): string {
  if (text.includes('|')) return '';
  const parts = text.split(/[,\s]+/).filter((part) => part !== '' && part !== '*');
  return parts.map(part).join(',');
}

function part(text: string): string {
  const [, operator = '', version = ''] = /^(\^|~(?!=)|[<>=!~]*)(.*)$/.exec(text) ?? [];
  const numbers = version.split('.').map((number) => Number.parseInt(number, 10) || 0);
  if (operator === '^')
    return `>=${version},<${nextAfter(
      numbers,
      Math.max(
        0,
        numbers.findIndex((number) => number > 0),
      ),
    )}`;
  if (operator === '~') return `>=${version},<${nextAfter(numbers, Math.min(1, numbers.length - 1))}`;
  return operator === '' ? `==${version}` : `${operator}${version}`;
}

function nextAfter(numbers: readonly number[], at: number): string {
  return [...numbers.slice(0, at), (numbers[at] ?? 0) + 1].join('.');
}
