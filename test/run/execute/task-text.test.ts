import { describe, expect, it } from 'vitest';
import { taskText } from '../../../src/run/execute/task-text.ts';
import { requestOf, retried } from '../../support/report.ts';

const comment = { author: 'bob', at: '2026-03-01T10:00:00Z', text: 'It also fails for [0].', about: null };

describe('taskText', () => {
  it('is the issue alone where nobody said more', () => {
    const request = requestOf({ comments: [], words: '' });
    expect(taskText(request, null)).toEqual({ title: request.issue.title, body: request.issue.text });
  });

  it('has the comments with who wrote them and when, and what was added with the command', () => {
    const { body } = taskText(requestOf({ comments: [comment], words: 'Keep it small.' }), null);
    expect(body).toContain('### bob, 2026-03-01\n\nIt also fails for [0].');
    expect(body).toMatch(/## Added by ann, who asked for this\n\nKeep it small\.$/);
  });

  it('has the change, the review and the failed checks of a retry', () => {
    const pull = { ...retried, failedChecks: [{ name: 'lint', summary: 'unused variable' }] };
    const inReview = { ...comment, about: 'lib/total.js:4' };
    const request = requestOf({ pull, comments: [inReview], words: 'use reduce' });
    const { body } = taskText(request, 'diff --git a/x b/x\n+1');
    expect(body).toContain('### bob, 2026-03-01, about lib/total.js:4');
    expect(body).toContain('~~~~diff\ndiff --git a/x b/x\n+1\n~~~~');
    expect(body).toContain('### lint\n\nunused variable');
    expect(body).toMatch(/## What ann asks for now\n\nuse reduce$/);
  });

  it('says what a retry without words means', () => {
    const { body } = taskText(requestOf({ pull: retried, words: '' }), '');
    expect(body).toContain('take up what the reviewers wrote');
  });

  it('shows head and tail of a change that is long', () => {
    const { body } = taskText(requestOf({ pull: retried, words: '' }), `start${'x'.repeat(100_000)}end`);
    expect(body.length).toBeLessThan(40_000);
    expect(body).toContain('start');
    expect(body).toContain('end');
  });
});
