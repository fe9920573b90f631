import { describe, expect, it } from 'vitest';
import { changedLines, likeness } from '../../src/text/changed-lines.ts';

const head = (path: string) =>
  `diff --git a/${path} b/${path}\nindex 1111111..2222222 100644\n--- a/${path}\n+++ b/${path}\n`;
const removesComment = `${head('a.sql')}@@ -1,3 +1,2 @@
 select 1;
--- a/comment that looks like a header
 select 2;
`;

describe('the changed lines of a patch', () => {
  it('are the same wherever in the file they stand, and whatever stands beside them', () => {
    const one = `${head('lib/a.js')}@@ -10,2 +10,3 @@ function f() {\n before\n+added\n after\n`;
    const other = `${head('lib/a.js')}@@ -99,2 +98,4 @@\n else\n+\tadded  \n+\n other\n`;
    expect(likeness(changedLines(one), changedLines(other))).toBe(1);
  });

  it('differ by path, by sign and by how often they come', () => {
    const added = `${head('lib/a.js')}@@ -1,0 +2 @@\n+x\n`;
    const elsewhere = `${head('lib/b.js')}@@ -1,0 +2 @@\n+x\n`;
    const removed = `${head('lib/a.js')}@@ -2 +1,0 @@\n-x\n`;
    const twice = `${head('lib/a.js')}@@ -1,0 +2,2 @@\n+x\n+x\n`;
    for (const other of [elsewhere, removed])
      expect(likeness(changedLines(added), changedLines(other))).toBe(0);
    expect(likeness(changedLines(added), changedLines(twice))).toBe(0.5);
  });

  it('are found by the counts of a hunk, not by what they look like', () => {
    expect([...changedLines(removesComment).lines]).toEqual([
      `${JSON.stringify(['a.sql', '--- a/comment that looks like a header'])} 1`,
    ]);
  });

  it('count what happens to whole files, and bytes that are no text', () => {
    const moved =
      'diff --git a/a.js b/b.js\nsimilarity index 100%\nrename from a.js\nrename to b.js\n' +
      'diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n';
    expect(changedLines(moved).size).toBe(4);
    const picture = (data: string) =>
      `diff --git a/p.png b/p.png\nindex 1..2 100644\nGIT binary patch\nliteral 4\n${data}\n\nliteral 0\nHcmV?d00001\n\n`;
    expect(likeness(changedLines(picture('Lc${')), changedLines(picture('Lc${')))).toBe(1);
    expect(likeness(changedLines(picture('Lc${')), changedLines(picture('Xc${')))).toBeLessThan(1);
  });

  it('leave tests out, unless there is nothing else', () => {
    const test = `${head('test/a.test.js')}@@ -1,0 +2 @@\n+t\n`;
    const source = `${head('lib/a.js')}@@ -1,0 +2 @@\n+x\n`;
    expect(changedLines(source + test)).toEqual({ lines: changedLines(source).lines, size: 2 });
    expect(changedLines(test).lines.size).toBe(1);
  });
});
