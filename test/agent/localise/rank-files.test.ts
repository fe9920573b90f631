import { describe, expect, it } from 'vitest';
import { createFileIndex } from '../../../src/agent/localise/file-index.ts';
import { type Issue, rankFiles } from '../../../src/agent/localise/rank-files.ts';

/** Files that all have a bit of everything, so that only what a test adds tells them apart. */
function repository(texts: Record<string, string>): Record<string, string> {
  const others = ['core/base', 'core/graph', 'io/read', 'io/write', 'net/http', 'net/dns', 'ui/view'];
  const filler = 'value list open close item node state count\n'.repeat(20);
  const all = { ...Object.fromEntries(others.map((name) => [`pkg/${name}.py`, ''])), ...texts };
  return Object.fromEntries(Object.entries(all).map(([path, text]) => [path, filler + text]));
}

async function rank(
  issue: Issue,
  texts: Record<string, string>,
  index = createFileIndex(1e6),
): Promise<string[]> {
  const files = Object.keys(texts).map((path) => ({ path, id: `${path} ${texts[path]}` }));
  const records = await index.recordsOf(
    files,
    async (paths) => new Map(paths.map((path) => [path, texts[path] ?? ''])),
  );
  return rankFiles(issue, records, index.vocabulary);
}

describe('rankFiles', () => {
  it.each<[string, Issue, string, string]>([
    ['words of its text', { title: 'Wrong hyperbola', body: '' }, 'pkg/a.py', 'draws hyperbolas\n'],
    [
      'parts of its identifiers',
      { title: 'The polar angle is off', body: '' },
      'pkg/a.py',
      'x.getPolarAngle\n',
    ],
    ['its name', { title: 'The tokenizer loops', body: '' }, 'pkg/text/tokenizer.py', ''],
    [
      'a name that it introduces',
      { title: 'Wrong', body: 'Calling `frobnicate(1)` fails' },
      'pkg/a.py',
      'def frobnicate(x):\n',
    ],
    [
      'its path',
      { title: 'Wrong', body: 'Look at lib/python3/site-packages/pkg/deep/a.py' },
      'pkg/deep/a.py',
      '',
    ],
    [
      'its place in a trace',
      { title: 'Wrong', body: 'File "/x/pkg/deep/a.py", line 3, in f' },
      'pkg/deep/a.py',
      '',
    ],
    ['its module', { title: 'Wrong', body: 'from pkg.deep.a import f' }, 'pkg/deep/a.py', ''],
    ['its package', { title: 'Wrong', body: 'see pkg.deep.Thing' }, 'pkg/deep/__init__.py', ''],
    [
      'its class in Java',
      { title: 'Wrong', body: 'at org.x.OrderBook.match(OrderBook.java:31)' },
      'src/main/java/org/x/OrderBook.java',
      '',
    ],
    [
      'its place in a trace of Node',
      { title: 'Wrong', body: 'at f (C:\\work\\lib\\thing.js:3:14)' },
      'lib/thing.js',
      '',
    ],
    [
      'its place in a trace of Go',
      { title: 'Wrong', body: '\t/go/src/x/net/thing.go:12 +0x1d' },
      'net/thing.go',
      '',
    ],
    [
      'its place in a trace of Rust',
      { title: 'Wrong', body: 'panicked at src/thing.rs:4:5' },
      'src/thing.rs',
      '',
    ],
  ])('puts a file first for %s', async (_, issue, path, text) => {
    expect((await rank(issue, repository({ [path]: text })))[0]).toBe(path);
  });

  it('puts what a trace comes to last before what it comes through', async () => {
    const body = 'File "/x/pkg/io/read.py", line 3\nFile "/x/pkg/net/dns.py", line 9';
    const [first, second] = await rank({ title: 'Wrong', body }, repository({}));
    expect([first, second]).toEqual(['pkg/net/dns.py', 'pkg/io/read.py']);
  });

  it('finds a long file for one of its parts', async () => {
    const long = `${'other things that go on and on\n'.repeat(3000)}def parabola_focus(directrix):\n`;
    const ranked = await rank(
      { title: 'parabola with a directrix', body: '' },
      repository({ 'pkg/long.py': long }),
    );
    expect(ranked[0]).toBe('pkg/long.py');
  });

  it('puts examples after what they are examples of', async () => {
    const text = 'def frobnicate(x):\n';
    const ranked = await rank(
      { title: 'frobnicate', body: '' },
      repository({ 'examples/a.py': text, 'pkg/z.py': text }),
    );
    expect(ranked.slice(0, 2)).toEqual(['pkg/z.py', 'examples/a.py']);
  });

  it('gives the same order whatever was read before', async () => {
    const issue = {
      title: 'Open the item list',
      body: 'The count of `node` items in pkg/io/read.py is wrong',
    };
    const texts = repository({ 'pkg/a.py': 'count items of nodes\n', 'pkg/b.py': 'item list\n' });
    const index = createFileIndex(1e6);
    await rank(issue, repository({ 'pkg/z.py': 'wrong order of list items, then the nodes\n' }), index);
    const turned = Object.fromEntries(Object.entries(texts).reverse());
    expect(await rank(issue, turned, index)).toEqual(await rank(issue, texts));
  });

  it.each([
    ['letters', 'a'],
    ['steps', '/a'],
    ['dots', 'a.'],
    ['empty lines', '\n'],
    ['blanks', ' '],
    ['ticks', '`'],
    ['visibilities', 'pub('],
    ['angles', 'f<'],
    ['names', 'a_b(c '],
  ])(
    'is not held up by texts made of %s',
    async (_, piece) => {
      const body = piece.repeat(60_000 / piece.length);
      const text = piece.repeat(500_000 / piece.length);
      const texts = Object.fromEntries(
        ['py', 'ts', 'js', 'go', 'rs', 'java', 'c', 'cs', 'rb'].map((end) => [`a.${end}`, text]),
      );
      expect(await rank({ title: 'x', body }, texts)).toHaveLength(9);
    },
    20_000,
  );

  it('has an answer for no files and for no words', async () => {
    expect(await rank({ title: '', body: '' }, {})).toEqual([]);
    expect(await rank({ title: '', body: '!' }, { 'b.py': '', 'a.py': '' })).toEqual(['a.py', 'b.py']);
  });
});

describe('createFileIndex', () => {
  const read = (asked: string[][]) => async (paths: readonly string[]) => {
    asked.push([...paths]);
    return new Map(paths.map((path) => [path, `text of ${path}`]));
  };

  it('reads only what is new in another commit', async () => {
    const index = createFileIndex(1e6);
    const asked: string[][] = [];
    await index.recordsOf(
      [
        { path: 'a.py', id: '1' },
        { path: 'b.py', id: '2' },
      ],
      read(asked),
    );
    const records = await index.recordsOf(
      [
        { path: 'moved.py', id: '1' },
        { path: 'b.py', id: '3' },
        { path: 'a.js', id: '1' },
      ],
      read(asked),
    );
    expect(asked).toEqual([
      ['a.py', 'b.py'],
      ['b.py', 'a.js'],
    ]);
    expect([...records.keys()]).toEqual(['moved.py', 'b.py', 'a.js']);
  });

  it('forgets what was used longest ago when it is full', async () => {
    const index = createFileIndex(20);
    const asked: string[][] = [];
    for (const path of ['a.py', 'b.py', 'a.py', 'c.py', 'd.py', 'a.py', 'b.py'])
      await index.recordsOf([{ path, id: path }], read(asked));
    expect(asked.flat()).toEqual(['a.py', 'b.py', 'c.py', 'd.py', 'b.py']);
  });

  it('leaves out files without a text and those that are too long', async () => {
    const index = createFileIndex(1e6);
    const texts = new Map([['long.py', 'x '.repeat(300_000)]]);
    const files = ['long.py', 'gone.py'].map((path) => ({ path, id: path }));
    expect((await index.recordsOf(files, async () => texts)).size).toBe(0);
  });
});
