import type { RunnerName } from '../../core/environment.ts';
import { automake } from './c/automake.ts';
import { ctest } from './c/ctest.ts';
import { command } from './command.ts';
import { goTest } from './go/go-test.ts';
import { maven } from './java/maven.ts';
import { ava } from './node/ava.ts';
import { borp } from './node/borp.ts';
import { bunTest } from './node/bun-test.ts';
import { jasmine } from './node/jasmine.ts';
import { jest } from './node/jest.ts';
import { mocha } from './node/mocha.ts';
import { nodeTest } from './node/node-test.ts';
import { tap } from './node/tap.ts';
import { tape } from './node/tape.ts';
import { uvu } from './node/uvu.ts';
import { vitest } from './node/vitest.ts';
import { django } from './python/django.ts';
import { pytest } from './python/pytest.ts';
import { unittest } from './python/unittest.ts';
import type { TestRunner } from './runner.ts';
import { cargoTest } from './rust/cargo-test.ts';

export const runners: Readonly<Record<RunnerName, TestRunner>> = {
  vitest,
  jest,
  jasmine,
  mocha,
  'node-test': nodeTest,
  borp,
  'bun-test': bunTest,
  tap,
  tape,
  ava,
  uvu,
  pytest,
  maven,
  ctest,
  automake,
  unittest,
  django,
  'go-test': goTest,
  'cargo-test': cargoTest,
  command,
};
