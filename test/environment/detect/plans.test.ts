import { describe, expect, it } from 'vitest';
import type { EnvironmentPlan } from '../../../src/core/environment.ts';
import { emptyPlan, joinPlans, planUnder } from '../../../src/environment/detect/plans.ts';

const plan = (more: Partial<EnvironmentPlan>): EnvironmentPlan => ({ ...emptyPlan, ...more });

describe('joinPlans', () => {
  it('installs, builds and tests what all of them do, in their order', () => {
    const node = plan({ summary: 'Node', setup: ['apt'], install: ['npm ci'], build: ['tsc'] });
    const python = plan({ summary: 'Python', setup: ['apt', 'uv'], install: ['uv pip install .'] });
    expect(joinPlans([node, python])).toMatchObject({
      summary: 'Node + Python',
      setup: ['apt', 'uv'],
      install: ['npm ci', 'uv pip install .'],
      build: ['tsc'],
    });
  });

  it('joins search paths, and keeps the first value of any other variable', () => {
    const first = plan({ env: { PATH: '/a:/bin', CI: '1' } });
    const second = plan({ env: { PATH: '/venv:/bin', CI: '0', HOME: '/h' } });
    expect(joinPlans([first, second]).env).toEqual({ PATH: '/a:/bin:/venv', CI: '1', HOME: '/h' });
    expect(joinPlans([plan({}), second]).env.PATH).toBe('/venv:/bin');
  });
});

describe('planUnder', () => {
  it('names everything from the root and runs everything in the directory', () => {
    const found = plan({
      summary: 'Node',
      keyFiles: ['package.json'],
      install: ['npm ci'],
      build: ['tsc'],
      tests: [{ runner: 'mocha', directory: 'b', options: [], targets: ['x.js'], env: {} }],
    });
    expect(planUnder('my app', found)).toMatchObject({
      summary: 'my app: Node',
      keyFiles: ['my app/package.json'],
      install: ["cd 'my app' && npm ci"],
      build: ["cd 'my app' && tsc"],
      tests: [{ directory: 'my app/b', targets: ['x.js'] }],
    });
  });
});
