import { describe, expect, it } from 'vitest';
import { type Marker, parseMarkers, printMarker } from '../../src/text/markers.ts';

const marker: Marker = { kind: 'status', run: '01JD3ABC-x_9' };
const line = printMarker(marker);

describe('markers', () => {
  it('are hidden comments of one line', () => {
    expect(line).toBe('<!-- ai-fix:v1 kind=status run=01JD3ABC-x_9 -->');
  });

  it.each([
    ['at the start', `${line}\n## Working`],
    ['at the start, with line ends of Windows', `${line}\r\n## Working\r\n`],
    ['at the end', `## Working\n\n${line}`],
    ['at the end, with a last line end', `## Working\n\n${line}\n`],
    ['alone', line],
  ])('are read back %s', (_, body) => {
    expect(parseMarkers(body)).toEqual([marker]);
  });

  it('are read in order, several of them', () => {
    const others: Marker[] = [
      { kind: 'pull_request', run: 'a' },
      { kind: 'reply', run: 'b' },
      { kind: 'answer', run: 'c' },
    ];
    const [first, second, third] = others.map(printMarker);
    expect(parseMarkers(`${first}\n${second}\ntext\n\n${third}`)).toEqual(others);
  });

  it.each([
    ['in the middle', `a\n${line}\nb`],
    ['quoted', `> ${line}`],
    ['in a code block', `\`\`\`\n${line}\n\`\`\``],
    ['indented', `    ${line}`],
    ['in a line with other text', `${line} a`],
    ['of another version', line.replace('v1', 'v2')],
    ['of an unknown kind', line.replace('status', 'merge')],
    ['with other white space', line.replace(' kind', '  kind')],
    ['with something more', line.replace(' -->', ' x=y -->')],
    ['with a run that is no id', line.replace('01JD', 'ä')],
    ['cut off', line.slice(0, -2)],
    ['of somebody else', '<!-- renovate -->'],
  ])('are not seen %s', (_, body) => {
    expect(parseMarkers(body)).toEqual([]);
  });

  it.each(['', 'a b', '-->', 'a\nb', 'x'.repeat(65)])('are not printed for %j', (run) => {
    expect(() => printMarker({ kind: 'reply', run })).toThrow('not the id of a run');
  });
});
