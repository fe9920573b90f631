import { expect, it } from 'vitest';
import type { PackageManager } from '../../../src/core/environment.ts';
import { calledManager } from '../../../src/environment/prepare/called-manager.ts';

it.each<[string, PackageManager, PackageManager]>([
  ['npm ci', 'pip', 'npm'],
  ['cd web && pnpm install --frozen-lockfile', 'pip', 'pnpm'],
  ['sleep 5; uv pip install --editable .', 'npm', 'pip'],
  ['npm install --global --prefix ~/.local pnpm@10', 'pnpm', 'npm'],
  ["YARN_APPROVED_GIT_REPOSITORIES='**' yarn install", 'npm', 'yarn'],
  ['go mod download || go list -deps -test ./... > /dev/null', 'npm', 'go'],
  ['cargo fetch --locked || cargo fetch', 'pip', 'cargo'],
  ['mvn -B -ntp -fae test', 'npm', 'maven'],
  ['cmake -S . -B build -G Ninja', 'pip', 'cmake'],
  ['./install.sh', 'npm', 'npm'],
  ['make constructor', 'none', 'none'],
])('%s of a plan for %s is read as %s says it', (command, planned, manager) => {
  expect(calledManager(command, planned)).toBe(manager);
});
