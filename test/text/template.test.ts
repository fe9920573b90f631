import { describe, expect, it } from 'vitest';
import { fillTemplate, variablesOf } from '../../src/text/template.ts';

describe('fillTemplate', () => {
  it('puts each value in every place that names it', () => {
    expect(fillTemplate('{{a}} and {{b}} and {{a}}', { a: '1', b: '2' })).toBe('1 and 2 and 1');
  });

  it('does not look for variables within values', () => {
    expect(fillTemplate('{{a}}', { a: '{{b}} $& $1' })).toBe('{{b}} $& $1');
  });

  it('refuses a variable without a value and a value without a variable', () => {
    expect(() => fillTemplate('{{a}}', {})).toThrow('no value for a');
    expect(() => fillTemplate('text', { a: '1' })).toThrow('does not use a');
    expect(() => fillTemplate('{{toString}}', {})).toThrow('no value for toString');
  });

  it('lists the variables of a template once each', () => {
    expect([...variablesOf('{{a}} {{b}} {{a}}')]).toEqual(['a', 'b']);
  });
});
