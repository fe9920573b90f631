import { access, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { exitCodes } from '../src/core/outcome.ts';
import { botCommandNames } from '../src/core/trigger.ts';
import { repositorySchema } from '../src/environment/repository-config.ts';
import { startCli } from './support/fix.ts';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFile(new URL(path, root), 'utf8');

describe('the README', () => {
  it('names only npm scripts that are there', async () => {
    const scripts = [
      ...(await read('README.md')).matchAll(/npm (?:run )?(test|start|demo|check|bench)\b/g),
    ].map((match) => match[1] as string);
    expect(scripts.length).toBeGreaterThan(1);
    expect(scripts.filter((script) => !(script in manifest.scripts))).toEqual([]);
  });

  it('shows flags that `ai-fix fix` has', async () => {
    const { stdout } = await startCli(['fix', '--help']).ended;
    const shown = [...(await read('README.md')).matchAll(/ai-fix fix[^\n]*/g)].flatMap(
      (match) => match[0].match(/--[a-z-]+/g) ?? [],
    );
    expect(shown.filter((flag) => flag !== '--help' && !stdout.includes(flag))).toEqual([]);
  });

  it('lists every outcome with its exit code', async () => {
    const text = await read('README.md');
    for (const [outcome, code] of Object.entries(exitCodes))
      expect(text).toMatch(new RegExp(`\\| \`${outcome}\` \\| ${code} \\|`));
  });

  it.each([
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'sandbox/README.md',
    'docs/configuration.md',
    'docs/registering.md',
    'docs/operations.md',
    'docs/using.md',
    'docs/limitations.md',
    'docs/evaluation.md',
  ])('%s links to files that are there', async (path) => {
    const links = [...(await read(path)).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      (match) => match[1] as string,
    );
    await Promise.all(links.map((link) => access(new URL(link, new URL(path, root)))));
  });
});

const pages = [
  'README.md',
  'docs/configuration.md',
  'docs/registering.md',
  'docs/operations.md',
  'docs/using.md',
];
const readPages = async () => (await Promise.all(pages.map(read))).join('\n');

/** Variables of Docker, PostgreSQL and Node that the pages speak of. */
const ofOthers = ['POSTGRES_PASSWORD', 'DOCKER_GROUP', 'NODE_USE_ENV_PROXY'];

async function variablesOfConfig(): Promise<string[]> {
  const sources = await Promise.all(['src/config.ts', 'src/app-config.ts'].map(read));
  const names = sources.flatMap((source) => [...source.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)]);
  return [...new Set(names.map(([, name = '']) => name))];
}

describe('the documents', () => {
  it('explain every variable that is read', async () => {
    const text = await read('docs/configuration.md');
    const variables = await variablesOfConfig();
    expect(variables.length).toBeGreaterThan(20);
    expect(variables.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('name no variable that is not read', async () => {
    const known = [...(await variablesOfConfig()), ...ofOthers];
    const named = (await readPages()).matchAll(
      /\b(?:AI_FIX|DEEPSEEK|GITHUB)_[A-Z_]+\b|\b[A-Z]+_[A-Z_]+(?==)/g,
    );
    expect([...new Set([...named].map(([name]) => name))].filter((name) => !known.includes(name))).toEqual(
      [],
    );
  });

  it('name only commands that `ai-fix` has, and all of them', async () => {
    const { stdout } = await startCli(['--help']).ended;
    const there = [...stdout.matchAll(/^ {2}([a-z]+)(?: \[options\])? {2,}/gm)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'help');
    const shown = [...(await readPages()).matchAll(/(?:npx |`)ai-fix ([a-z]+)/g)].map(
      ([, name = '']) => name,
    );
    const scripts = ['demo'];
    expect([...new Set([...shown, ...scripts])].toSorted()).toEqual(there.toSorted());
  });

  it('list the commands that a comment may give', async () => {
    const text = await read('docs/using.md');
    for (const name of botCommandNames) expect(text).toContain(`\`/deepseek ${name}`);
  });

  it('explain every key of .github/ai-fix.yml', async () => {
    const text = await read('docs/using.md');
    const keys = [...Object.keys(repositorySchema.shape), 'locked'];
    expect(keys.filter((key) => !text.includes(`\`${key}`))).toEqual([]);
  });
});
