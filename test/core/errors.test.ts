import { describe, expect, it } from 'vitest';
import {
  type ErrorCode,
  hasCode,
  isModelFailure,
  isRefusal,
  messageOf,
  OperationalError,
  originOf,
} from '../../src/core/errors.ts';
import { exitCodes, outcomes, usageExitCode } from '../../src/core/outcome.ts';

describe('isRefusal', () => {
  it.each<[ErrorCode, boolean]>([
    ['bad_issue', true],
    ['no_environment', true],
    ['change_refused', true],
    ['engine_unavailable', false],
    ['model_out_of_money', false],
    ['context_overflow', false],
  ])('of %s is %j', (code, expected) => {
    expect(isRefusal(new OperationalError(code, 'x'))).toBe(expected);
  });

  it('is false for anything that is no operational error', () => {
    expect(isRefusal(Object.assign(new Error('x'), { code: 'bad_issue' }))).toBe(false);
    expect(isRefusal(undefined)).toBe(false);
  });
});

describe('hasCode', () => {
  it('tells an expected failure by one of its codes', () => {
    const error = new OperationalError('disk_full', 'x');
    expect(hasCode(error, 'rate_limited', 'disk_full')).toBe(true);
    expect(hasCode(error, 'rate_limited')).toBe(false);
  });

  it('is false for anything that is no operational error', () => {
    expect(hasCode(Object.assign(new Error('x'), { code: 'disk_full' }), 'disk_full')).toBe(false);
  });
});

describe('isModelFailure', () => {
  it.each<[ErrorCode, boolean]>([
    ['model_unreachable', true],
    ['model_rate_limited', true],
    ['context_overflow', false],
    ['engine_unavailable', false],
  ])('of %s is %j', (code, expected) => {
    expect(isModelFailure(new OperationalError(code, 'x'))).toBe(expected);
  });
});

describe('an operational error', () => {
  it('keeps its code, its message and its cause', () => {
    const cause = new Error('below');
    const error = new OperationalError('git_failed', 'above', { cause });
    expect(error).toMatchObject({ name: 'OperationalError', code: 'git_failed', message: 'above', cause });
    expect(error).toBeInstanceOf(Error);
  });
});

describe('messageOf', () => {
  it.each([
    [new Error('it broke'), 'it broke'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [42, '42'],
  ])('takes anything that can be thrown', (thrown, expected) => {
    expect(messageOf(thrown)).toBe(expected);
  });
});

describe('the exit codes', () => {
  it('tell every outcome and wrong usage apart', () => {
    const codes = [...outcomes.map((outcome) => exitCodes[outcome]), usageExitCode];
    expect(new Set(codes).size).toBe(outcomes.length + 1);
    expect(exitCodes.proven).toBe(0);
    expect(Object.keys(exitCodes).sort()).toEqual([...outcomes].sort());
  });
});

describe('the origin of an error', () => {
  const engineGone = () => new OperationalError('engine_unavailable', 'The Docker Engine does not answer.');

  it('is what went wrong first, where putting things away went wrong as well', async () => {
    const first = engineGone();
    const work = async () => {
      await using _one = { [Symbol.asyncDispose]: () => Promise.reject(new Error('still gone')) };
      await using _other = { [Symbol.asyncDispose]: () => Promise.reject(new Error('gone')) };
      throw first;
    };
    const thrown = await work().catch((error: unknown) => error);
    expect(thrown).not.toBe(first);
    expect(originOf(thrown)).toBe(first);
  });

  it('is the error itself where nothing else went wrong', () => {
    const error = engineGone();
    expect(originOf(error)).toBe(error);
  });
});
