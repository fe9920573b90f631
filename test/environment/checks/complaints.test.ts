import { describe, expect, it } from 'vitest';
import {
  annotations,
  eslintComplaints,
  lineComplaints,
  newComplaints,
  ownComplaints,
  unformatted,
} from '../../../src/environment/checks/complaints.ts';

describe('lineComplaints', () => {
  it.each([
    [
      'tsc',
      "lib/a.ts(3,7): error TS2322: Type 'string' is wrong.",
      "lib/a.ts: error TS2322: Type 'string' is wrong.",
    ],
    [
      'ruff',
      'lib/a.py:1:8: F401 [*] `os` imported but unused',
      'lib/a.py: F401 [*] `os` imported but unused',
    ],
    [
      'mypy',
      'lib/a.py:4: error: Incompatible types  [assignment]',
      'lib/a.py: error: Incompatible types  [assignment]',
    ],
    ['go vet', './sums.go:7:2: unreachable code', 'sums.go: unreachable code'],
    [
      'standard',
      "  /workspace/lib/a.js:1:5: 'x' is never used. (no-unused-vars)",
      "lib/a.js: 'x' is never used. (no-unused-vars)",
    ],
  ])('reads what %s prints', (_, line, complaint) => {
    expect(lineComplaints(`Checking 1 file\n${line}\nFound 1 error.\n`, [])).toEqual([complaint]);
  });
});

describe('ownComplaints', () => {
  it('are those about the files in question', () => {
    const output = [
      'src/lib.rs:1:21: warning: unneeded `return` statement: help: remove `return`',
      'src/other.rs:4:1: warning: function is never used',
      'warning: `sums` (lib) generated 2 warnings',
    ].join('\n');
    expect(ownComplaints(output, ['src/lib.rs'])).toEqual([
      'src/lib.rs: warning: unneeded `return` statement: help: remove `return`',
    ]);
  });
});

describe('unformatted', () => {
  it.each([
    ['prettier and gofmt', 'lib/a.js\n'],
    ['black', 'would reformat /workspace/lib/a.js\nOh no!\n1 file would be reformatted.'],
    ['rustfmt', '/workspace/lib/a.js\n'],
  ])('reads what %s print', (_, output) => {
    expect(unformatted(output, ['lib/a.js', 'lib/b.js'])).toEqual(['lib/a.js: is not formatted']);
  });
});

describe('eslintComplaints', () => {
  it('reads the report among what else is printed, without ignored files', () => {
    const report = [
      {
        filePath: '/workspace/lib/a.js',
        messages: [{ ruleId: 'no-var', severity: 2, message: 'Unexpected var.', line: 3 }],
      },
      {
        filePath: '/workspace/b.js',
        messages: [{ ruleId: null, severity: 1, message: 'File ignored because of a pattern.' }],
      },
    ];
    expect(eslintComplaints(`a warning\n${JSON.stringify(report)}\n`, [])).toEqual([
      'lib/a.js: Unexpected var. (no-var)',
    ]);
  });

  it('finds nothing in what is no report', () =>
    expect(eslintComplaints('Oops! Something went wrong', [])).toEqual([]));
});

describe('annotations', () => {
  it('reads what biome prints for CI', () => {
    const output =
      '::error title=lint/style/useConst,file=lib/a.js,line=1,endLine=1,col=1,endColumn=4::Use const.';
    expect(annotations(output, [])).toEqual(['lib/a.js: Use const. (lint/style/useConst)']);
  });
});

describe('newComplaints', () => {
  it('are those that there are more of than before', () => {
    expect(newComplaints(['a', 'a', 'b'], ['a', 'c'])).toEqual(['a', 'b']);
  });
});
