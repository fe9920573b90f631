import { expect, it } from 'vitest';
import type { PackageManager } from '../../../src/core/environment.ts';
import { calledManager } from '../../../src/environment/prepare/called-manager.ts';

it.each<[string, PackageManager, PackageManager]>([
  ['npm ci', 'pip', 'npm'],
  ['cd web && pnpm install --frozen-lockfile', 'pip', 'pnpm'],
  ['sleep 5; uv pip install --editable .', 'npm', 'pip'],
  ['npm install --global --prefix ~/.local pnpm@10', 'pnpm', 'npm'],
  ["YARN_APPROVED_GIT_REPOSITORIES='**' yarn install", 'npm', 'yarn'],
  ['./install.sh', 'npm', 'npm'],
  ['make constructor', 'none', 'none'],
])('%s of a plan for %s is read as %s says it', (command, planned, manager) => {
  expect(calledManager(command, planned)).toBe(manager);
});
