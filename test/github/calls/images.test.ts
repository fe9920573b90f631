import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { readImages } from '../../../src/github/calls/images.ts';
import { repository, startGitHub } from '../../support/github-server.ts';
import { startHttpServer } from '../../support/http-server.ts';

const id = (digit: number) => `${String(digit).repeat(8)}-aaaa-bbbb-cccc-1234567890ab`;
const written = (digit: number) => ({
  url: `https://github.com/user-attachments/assets/${id(digit)}`,
  description: `image ${digit}`,
});
const png = Buffer.from('89504e470d0a1a0a0000', 'hex');

type Serve = (path: string, response: ServerResponse) => void;
const servePng: Serve = (_, response) =>
  void response.writeHead(200, { 'content-type': 'image/png' }).end(png);

/** GitHub with one issue, rendered as `html` of the place where its attachments are. */
async function read(
  images: Parameters<typeof readImages>[3],
  html: (origin: string) => string,
  serve: Serve = servePng,
) {
  await using attachments = await startHttpServer(({ url }, response) => serve(url, response));
  await using github = await startGitHub({
    'GET /repos/ann/sums/issues/1': () => ({ status: 200, body: { body_html: html(attachments.url) } }),
    'GET /repos/ann/sums/issues/comments/5': () => ({
      status: 200,
      body: { body_html: signed(5)(attachments.url) },
    }),
    'GET /repos/ann/sums/issues/comments/6': () => ({ status: 404, body: { message: 'Not Found' } }),
  });
  const found = await readImages(github.octokit, repository, 1, images, attachments.url);
  const asked = github.requests.filter(({ url }) => url.includes('/issues/'));
  return { found, asked, fetched: attachments.requests };
}

const signed = (digit: number) => (origin: string) =>
  `<p><a href="${origin}/7/1-${id(digit)}.png?jwt=t&amp;a=b"><img src="${origin}/7/1-${id(digit)}.png?jwt=t&amp;a=b"></a></p>`;

describe('the images of an issue', () => {
  it('are read from where GitHub keeps attachments, without the token of the App', async () => {
    const { found, asked, fetched } = await read([written(1)], signed(1));
    const url = `data:image/png;base64,${png.toString('base64')}`;
    expect(found).toEqual([{ description: 'image 1', url, problem: null }]);
    expect(asked[0]?.headers.accept).toContain('full');
    expect(fetched.map(({ url }) => url)).toEqual([`/7/1-${id(1)}.png?jwt=t&a=b`]);
    expect(fetched[0]?.headers.authorization).toBeUndefined();
  });

  it('that stand anywhere else are never fetched, twenty or one, and GitHub is not even asked', async () => {
    await using sink = await startHttpServer((_, response) => void response.end(png));
    const elsewhere = [
      ...Array.from({ length: 20 }, (_, index) => `${sink.url}/${index}.png`),
      `https://github.com.evil.example/user-attachments/assets/${id(1)}`,
      `https://github.com@${new URL(sink.url).host}/user-attachments/assets/${id(1)}`,
      `http://github.com/user-attachments/assets/${id(1)}`,
      `https://github.com/user-attachments/assets/${id(1)}/../../x`,
      `file:///etc/passwd`,
      '',
    ].map((url) => ({ url, description: '' }));
    const { found, asked, fetched } = await read(elsewhere, signed(1));
    expect(found).toHaveLength(elsewhere.length);
    for (const image of found)
      expect(image).toMatchObject({ url: null, problem: expect.stringContaining('no attachment') });
    expect([...sink.requests, ...asked, ...fetched]).toEqual([]);
  });

  it.each([
    ['another place', `http://127.0.0.1:9/1-${id(1)}.png?jwt=t`],
    ['no token', `ORIGIN/1-${id(1)}.png`],
    ['another image', `ORIGIN/1-${id(2)}.png?jwt=t`],
    ['a name and a password', `http://a:b@HOST/1-${id(1)}.png?jwt=t`],
    ['no address', 'not an address'],
  ])('are not fetched from an address with %s, whoever rendered it', async (_, address) => {
    const { found, fetched } = await read([written(1)], (origin) => {
      const src = address.replace('ORIGIN', origin).replace('HOST', new URL(origin).host);
      return `<img src="${src}">`;
    });
    expect(found).toMatchObject([{ url: null, problem: 'GitHub does not give it' }]);
    expect(fetched).toEqual([]);
  });

  it('are not fetched where a redirect leads', async () => {
    await using sink = await startHttpServer((_, response) => void response.end(png));
    const { found } = await read([written(1)], signed(1), (_, response) => {
      response.writeHead(302, { location: sink.url }).end();
    });
    expect(found).toMatchObject([{ url: null, problem: 'it could not be downloaded' }]);
    expect(sink.requests).toEqual([]);
  });

  const body = (content: string | Buffer): Serve => {
    return (_, response) => void response.writeHead(200, { 'content-type': 'image/png' }).end(content);
  };
  it.each<[string, Serve, string]>([
    ['an SVG', body('<svg onload="x"/>'), 'it is no PNG, JPEG, GIF or WebP'],
    ['a page', body('<!doctype html>'), 'it is no PNG, JPEG, GIF or WebP'],
    ['nothing', body(''), 'it is no PNG, JPEG, GIF or WebP'],
    ['too much', body(Buffer.concat([png, Buffer.alloc(3_000_000)])), 'it has more than 2097152 bytes'],
    ['an error', (_, response) => void response.writeHead(404).end(), 'GitHub answers 404'],
    ['a broken connection', (_, response) => void response.destroy(), 'it could not be downloaded'],
  ])('are judged by their content and not by what they are called: %s', async (_, serve, problem) => {
    const { found } = await read([written(1)], signed(1), serve);
    expect(found).toEqual([{ description: 'image 1', url: null, problem }]);
  });

  it('are told by their first bytes', async () => {
    const starts = ['ffd8ffe000', '474946383961', '474946383761', '524946460a0000005745425056'];
    const types = [];
    for (const start of starts) {
      const { found } = await read([written(1)], signed(1), body(Buffer.from(start, 'hex')));
      types.push(found[0]?.url?.split(';')[0]);
    }
    expect(types).toEqual(['data:image/jpeg', 'data:image/gif', 'data:image/gif', 'data:image/webp']);
  });

  it('are read from the comment that they are in, of which GitHub is asked once', async () => {
    const images = [written(1), { ...written(5), comment: 5 }, { ...written(5), comment: 5 }, written(5)];
    const { found, asked } = await read(images, signed(1));
    expect(found.map(({ url }) => url !== null)).toEqual([true, true, true, false]);
    expect(asked.map(({ url }) => url.replace(/.*sums/, ''))).toEqual(['/issues/1', '/issues/comments/5']);
    expect(asked[1]?.headers.accept).toContain('full');
  });

  it('are read as well where a comment with others is gone', async () => {
    const { found } = await read([written(1), { ...written(2), comment: 6 }], signed(1));
    expect(found.map(({ problem }) => problem)).toEqual([null, 'GitHub does not give it']);
  });

  it('are at most four', async () => {
    const images = [1, 2, 3, 4, 5, 1].map(written);
    const { found, fetched } = await read(images, (origin) =>
      [1, 2, 3, 4, 5].map((digit) => signed(digit)(origin)).join(''),
    );
    expect(found.map(({ url }) => url !== null)).toEqual([true, true, true, true, false, true]);
    expect(found[4]?.problem).toBe('only the first 4 are shown');
    expect(fetched).toHaveLength(5);
  });
});
