import { describe, expect, it } from 'vitest';
import { usefulLines } from '../../src/text/useful-lines.ts';

const many = Array.from({ length: 100 }, (_, index) => `line ${index}`);

describe('usefulLines', () => {
  it('begins with the line before the first that tells of a fault', () => {
    const output = [
      ...many,
      'collecting',
      'ModuleNotFoundError: No module named x',
      'Traceback: error',
      'later',
    ].join('\n');
    expect(usefulLines(output, 3)).toBe(
      'collecting\nModuleNotFoundError: No module named x\nTraceback: error',
    );
  });

  it('begins where pytest marks the fault, not at the words around it', () => {
    const output =
      'ImportError while importing test module\nTraceback:\nimport tkinter\nE   ImportError: libtk8.6.so\n';
    expect(usefulLines(output, 2)).toBe('import tkinter\nE   ImportError: libtk8.6.so');
  });

  it('takes the end where no line tells of one', () => {
    expect(usefulLines(many.join('\n'), 2)).toBe('line 98\nline 99');
  });
});
