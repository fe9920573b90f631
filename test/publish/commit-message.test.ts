import { describe, expect, it } from 'vitest';
import { parseRun, printCommitMessage } from '../../src/publish/commit-message.ts';

describe('the commit’s message', () => {
  it('names who asked, and the run so that it is found again', () => {
    const message = printCommitMessage(
      'Sum empty lists\n\nWhy.\n',
      'run1',
      [{ id: 5, login: 'ann' }],
      'github.com',
    );
    expect(message).toBe(
      'Sum empty lists\n\nWhy.\n\nCo-authored-by: ann <5+ann@users.noreply.github.com>\nAI-Fix-Run: run1\n',
    );
    expect(parseRun(message)).toBe('run1');
  });

  it('names a run only in its trailers', () => {
    expect(parseRun('Title\n\nAI-Fix-Run: run1\n\nCo-authored-by: x <y@z>')).toBeNull();
    expect(parseRun('Title')).toBeNull();
  });
});
