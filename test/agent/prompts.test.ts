import { globSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type PromptName, prompt } from '../../src/agent/prompts.ts';
import { variablesOf } from '../../src/text/template.ts';

const directory = new URL('../../prompts/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, directory), 'utf8');
const names = readdirSync(directory)
  .filter((file) => file !== 'README.md')
  .map((file) => file.replace(/\.md$/, ''));

/** What prompts/README.md says: the variables of each file, in its table's third column, one list per file. */
const documented = new Map(
  read('README.md')
    .split('\n')
    .filter((line) => /^\| `[\w-]+\.md`/.test(line))
    .flatMap((line) => {
      const [, files = '', , variables = ''] = line.split('|');
      const lists = variables.split(';');
      return codesIn(files).map((file, index): [string, string[]] => [
        file.replace(/\.md$/, ''),
        codesIn(lists[index] ?? ''),
      ]);
    }),
);

function codesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
}

describe('the prompts', () => {
  it('are the files that prompts/README.md lists, and no others', () => {
    expect([...documented.keys()].sort()).toEqual([...names].sort());
  });

  it.each(names)('%s has the variables that are documented', (name) => {
    expect([...variablesOf(read(`${name}.md`))].sort()).toEqual([...(documented.get(name) ?? [])].sort());
  });

  it.each(names)('%s is used', (name) => {
    const sources = globSync('src/**/*.ts', { cwd: new URL('../../', import.meta.url) });
    expect(sources.length).toBeGreaterThan(20);
    const uses = sources.filter((path) =>
      readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8').includes(`prompt('${name}'`),
    );
    expect(uses).not.toEqual([]);
  });

  it.each(names)('%s is filled in with a value for each variable, and only then', (name) => {
    const variables = documented.get(name) ?? [];
    const values = Object.fromEntries(variables.map((variable) => [variable, `<${variable}>`]));
    const text = fill(name, values);
    for (const variable of variables) expect(text).toContain(`<${variable}>`);
    expect(text).not.toMatch(/\{\{|\}\}/);
    expect(text).toBe(text.trimEnd());
    expect(() => fill(name, { ...values, other: '' })).toThrow('does not use other');
    if (variables.length > 0) expect(() => fill(name, {})).toThrow('no value for');
  });

  it.each(names)('%s holds no date and no time, which would spoil the cached prefix', (name) => {
    expect(read(`${name}.md`)).not.toMatch(
      /\b(19|20)\d\d\b|\d:\d\d|\b(today|yesterday|date|o'clock|(jan|febr)uary|march|april|june|july|august|(septem|octo|novem|decem)ber)\b/i,
    );
  });
});

function fill(name: string, values: Record<string, string>): string {
  return prompt(name as PromptName, values as never);
}
