import type { RunnerName } from '../../core/environment.ts';
import { automake } from './automake.ts';
import { ava } from './ava.ts';
import { borp } from './borp.ts';
import { bunTest } from './bun-test.ts';
import { cargoTest } from './cargo-test.ts';
import { command } from './command.ts';
import { ctest } from './ctest.ts';

import { django } from './django.ts';
import { goTest } from './go-test.ts';
import { jasmine } from './jasmine.ts';

import { jest } from './jest.ts';
import { maven } from './maven.ts';
import { mocha } from './mocha.ts';
import { nodeTest } from './node-test.ts';
import { pytest } from './pytest.ts';
import type { TestRunner } from './runner.ts';
import { tap } from './tap.ts';
import { tape } from './tape.ts';
import { unittest } from './unittest.ts';
import { uvu } from './uvu.ts';
import { vitest } from './vitest.ts';

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
