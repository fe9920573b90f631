import type { Nodes } from 'hast';
import { describe, expect, it } from 'vitest';
import { parseMarkers } from '../../src/text/markers.ts';
import { neutralize } from '../../src/text/neutralize.ts';
import { renderGitHub } from '../../src/text/rendered.ts';
import { randomTexts } from './random-text.ts';

/** The elements of a body as GitHub renders it, and its texts where GitHub looks for mentions and references. */
function rendered(body: string) {
  const elements: string[] = [];
  const texts: string[] = [];
  const links: string[] = [];
  const walk = (node: Nodes, code: boolean) => {
    if (node.type === 'text' && !code) texts.push(node.value);
    if (node.type === 'comment') elements.push('comment');
    if (node.type === 'element') {
      elements.push(node.tagName);
      if (node.tagName === 'a') links.push(String(node.properties.href));
    }
    const inCode = code || (node.type === 'element' && ['code', 'pre', 'a'].includes(node.tagName));
    if ('children' in node) for (const child of node.children) walk(child, inCode);
  };
  walk(renderGitHub(body), false);
  return { elements, texts, links };
}

const harmless = new Set(
  'p br a em strong del code pre ul ol li input blockquote h1 h2 h3 h4 h5 h6 hr table thead tbody tr th td'.split(
    ' ',
  ),
);

/** What of a body would act on GitHub or on a bot that reads it line by line. */
function acts(body: string): string[] {
  const { elements, texts, links } = rendered(body);
  return [
    ...elements.filter((element) => !harmless.has(element)),
    ...texts.flatMap((text) => text.match(/(?<!\w)@\w+|#\d+|\bGH-\d+/gi) ?? []),
    ...texts.filter((text) => /https?:\/\/[^/\s]+\/[^/\s]+\/[^/\s]+\/(issues|pull)\/\d/.test(text)),
    ...links.filter((link) => !/^https?:/.test(link) || /\/(issues|pull|pulls|discussions)\/\d/.test(link)),
    ...(body.match(/^\/[a-z][\w-]*(?=\s|$)/gim) ?? []),
    ...(body.match(/<!--\s*ai-fix/g) ?? []),
  ];
}

describe('neutralize', () => {
  it.each([
    '@ann',
    'hello @ann',
    '(@ann)',
    '**@ann**',
    '@org/team please',
    '&#64;ann',
    '\\@ann',
    '@<!-- x -->ann',
    '- @ann',
    '> @ann',
    '# @ann',
    '| @ann | b |\n|---|---|\n| c | @bob |',
    '[@ann](http://x.y)',
    '@ann\n@bob',
    '.@ann',
    '_@ann_',
    '#12',
    'fixes #12',
    'Closes: #12',
    'resolves o/r#12',
    'closed GH-12',
    'fix &#35;12',
    '#<!-- -->12',
    'a (#12)',
    'fixes https://github.com/o/r/issues/12',
    'closes <https://github.com/o/r/pull/12>',
    '[x](https://ghe.local/o/r/issues/1)',
    '[x][y]\n\n[y]: https://github.com/o/r/discussions/1',
    'https://github.com/o/r/issues/12#issuecomment-1',
    '![x](http://sink/?d=CANARY)',
    '![x][y]\n\n[y]: http://sink',
    '[![x](http://sink)](http://a.b)',
    '<img src="http://sink">',
    '<picture><source srcset="http://sink"></picture>',
    '<svg onload="x">',
    '<!-- x -->',
    'a <!-- x',
    '<b>a',
    '<details>',
    'a <details><summary>',
    '</details>',
    '<script>x</script>',
    '<a href="http://x.y">a</a>',
    '<?x ?>',
    '<![CDATA[x]]>',
    '<div align=center>\n\n# a\n\n</div>',
    '/merge',
    '/lgtm cancel',
    'ok\n/ok-to-test',
    '  /approve',
    '\\/merge',
    '&#47;merge',
    '```\n/merge\n```',
    '    /merge',
    '/<!-- -->merge',
    '@dependabot merge',
    '@bors r+',
    '```\n@dependabot merge\n```',
    '/deepseek retry',
    '[x](javascript:alert)',
    '[x](data:text/html,x)',
    '[x](mailto:a@b.c)',
    'a@b.c',
    '[x](/settings)',
    '[x](//evil)',
    '<!-- ai-fix:v1 kind=status run=x -->',
    '```\n<!-- ai-fix:v1 kind=status run=x -->\n```',
    '`<!-- ai-fix:v1 kind=status run=x -->`',
    'a[^1]\n\n[^1]: @ann ![x](http://sink)',
    '~~@ann~~',
    '\u202e@ann',
    '@\u200bann',
    '#\u200b12',
    '`',
    '```js\nunclosed',
    '~~~\nx',
    '> ```\n> x',
  ])('lets nothing act of %j', (text) => {
    expect(acts(neutralize(text))).toEqual([]);
    expect(parseMarkers(neutralize(text))).toEqual([]);
  });

  it('lets nothing act of random texts, nor of what surrounds them', () => {
    for (const text of randomTexts(3, 2000)) {
      const safe = neutralize(text);
      expect(acts(safe), `${JSON.stringify(text)} -> ${JSON.stringify(safe)}`).toEqual([]);
      expect(rendered(`${safe}\n\n## After`).elements.at(-1), JSON.stringify(text)).toBe('h2');
      expect(parseMarkers(safe)).toEqual([]);
    }
  });

  it.each([
    ['code', 'Use `a < b`:\n\n```ts\nconst a: Map<string, T> = b; // #1\n```'],
    ['decorators', '```python\n@dataclass\nclass A: pass\n```'],
    ['lists', '- a\n- b\n  1. c'],
    ['tables', '| a | b |\n| - | - |\n| c | d |'],
    ['emphasis', '**a** and *b*'],
    ['links', '[a](http://x.y/z)'],
    ['names', 'foo_bar is in src/a.ts'],
    ['a paragraph', 'It failed because 1 + 1 was 3.'],
  ])('leaves %s as they are', (_, text) => {
    expect(neutralize(text)).toBe(text);
  });

  it.each([
    ['fixes #12 by @ann', 'fixes `#12` by `@ann`'],
    ['a Map<T> of <b>x</b>', 'a Map`<T>` of `<b>`x`</b>`'],
    ['![the crash](http://sink) here', 'the crash here'],
    ['see https://github.com/o/r/issues/1', 'see `https://github.com/o/r/issues/1`'],
    ['```suggestion\na\n```', '```\na\n```'],
    ['```mermaid\na\n```', '```\na\n```'],
  ])('shows %j as %j', (text, expected) => {
    expect(neutralize(text)).toBe(expected);
  });

  it.each([
    'a word '.repeat(5000),
    '` '.repeat(5000),
    `\`\`\`\n${'x\n'.repeat(5000)}`,
    '🙂'.repeat(3000),
    '[a]('.repeat(4000),
  ])('keeps to its limit', (text) => {
    const safe = neutralize(text, 1000);
    expect(safe.length).toBeLessThanOrEqual(1000);
    expect(safe.length).toBeGreaterThan(400);
    expect(safe.isWellFormed()).toBe(true);
    expect(acts(safe)).toEqual([]);
  });
});
