import { expect, it } from 'vitest';
import { relevantTests } from '../../../src/run/prepare/relevant-tests.ts';
import { commitFiles } from '../../../src/workspace/commits.ts';
import { openLocalRepository } from '../../../src/workspace/local-repository.ts';
import { createRepository } from '../../support/repository.ts';

const packageOf = (name: string, needs: string[]) => ({
  [`packages/${name}/package.json`]: JSON.stringify({
    name,
    dependencies: Object.fromEntries(needs.map((other) => [other, '*'])),
  }),
  [`packages/${name}/src/${name}.js`]: `exports.${name} = (${name}) => ${name};\n`,
  [`packages/${name}/test/${name}.test.js`]: `test('${name}', () => {});\n`,
  [`packages/${name}/README.md`]: `# ${name}\n`,
});

it('tests near what an issue points to are relevant, then those of packages that depend on it', async () => {
  await using repository = await createRepository();
  const commit = await repository.commit({
    'package.json': JSON.stringify({ workspaces: ['packages/*'] }),
    ...packageOf('parser', []),
    ...packageOf('printer', ['parser']),
    ...packageOf('weather', []),
    ...Object.fromEntries([...Array(20)].map((_, at) => [`packages/weather/src/sun${at}.js`, 'shines();\n'])),
  });
  await using local = await openLocalRepository(repository.directory, `${repository.directory}/.scratch`);
  const issue = { title: 'parser() drops the last word', body: 'See `packages/parser/src/parser.js`.' };
  const [near, others] = await relevantTests(issue, commitFiles(local.git, commit));
  expect(near?.[0]).toBe('packages/parser/test/parser.test.js');
  expect([...(near ?? []), ...(others ?? [])]).toContain('packages/printer/test/printer.test.js');
});
