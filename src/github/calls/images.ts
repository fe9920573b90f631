import { type IssueImage, notShown, type WrittenImage } from '../../core/issue-image.ts';
import type { Repository } from '../../core/trigger.ts';
import { orNull } from '../connection/absent.ts';
import type { GitHubApi } from '../connection/octokit.ts';
import { named } from '../connection/repository-name.ts';
import { imageType } from './image-type.ts';

const mostImages = 4;
const maximumBytes = 2 * 1024 * 1024;
const downloadMs = 20_000;
const attachment =
  /^https:\/\/github\.com\/user-attachments\/assets\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
/** Where GitHub keeps attachments for people who may read the issue. */
const attachmentOrigin = 'https://private-user-images.githubusercontent.com';

/**
 * What images of an issue and its comments show: of attachments alone, and never by an address that somebody wrote.
 * GitHub is asked for the text as it renders it, which names each attachment by an address with a token that lasts some
 * minutes; this must be at the one place where GitHub keeps them. `origin` is another only in tests.
 */
export async function readImages(
  octokit: GitHubApi,
  repository: Repository,
  issue: number,
  images: readonly WrittenImage[],
  origin = attachmentOrigin,
): Promise<IssueImage[]> {
  const ids = images.map(({ url }) => attachment.exec(url)?.[1]?.toLowerCase() ?? null);
  const wanted = new Set(ids.filter((id) => id !== null).slice(0, mostImages));
  const rendered = new Map<number | undefined, Promise<string>>();
  const renderedTextOf = (comment: number | undefined) => {
    const text = rendered.get(comment) ?? renderedText(octokit, repository, issue, comment);
    rendered.set(comment, text);
    return text;
  };
  return Promise.all(
    images.map(async (image, index) => {
      const id = ids[index] ?? null;
      if (id === null)
        return notShown(image, 'it is no attachment on github.com, and nothing else is fetched');
      if (!wanted.has(id)) return notShown(image, `only the first ${mostImages} are shown`);
      const address = addressOf(id, await renderedTextOf(image.comment), origin);
      if (address === null) return notShown(image, 'GitHub does not give it');
      return download(image, address);
    }),
  );
}

/** The issue's own text, or that of a comment; '' where somebody has deleted it. */
async function renderedText(
  octokit: GitHubApi,
  repository: Repository,
  issue: number,
  comment: number | undefined,
): Promise<string> {
  const { get, getComment } = octokit.rest.issues;
  const asked = { ...named(repository), mediaType: { format: 'full' } };
  const answer =
    comment === undefined
      ? await get({ ...asked, issue_number: issue })
      : await orNull(getComment({ ...asked, comment_id: comment }));
  return answer?.data.body_html ?? '';
}

/** The signed address of an attachment in a rendered text; null where there is none at that origin. */
function addressOf(id: string, html: string, origin: string): string | null {
  for (const [, written = ''] of html.matchAll(/\ssrc="([^"]+)"/g)) {
    const address = written.replaceAll('&amp;', '&');
    const url = URL.parse(address);
    const isSigned = url?.origin === origin && url.username === '' && url.searchParams.has('jwt');
    if (isSigned && url.pathname.toLowerCase().includes(id)) return address;
  }
  return null;
}

async function download(image: WrittenImage, address: string): Promise<IssueImage> {
  try {
    const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(downloadMs) });
    if (!response.ok) {
      await response.body?.cancel();
      return notShown(image, `GitHub answers ${response.status}`);
    }
    const bytes = await readAtMost(response, maximumBytes);
    if (bytes === null) return notShown(image, `it has more than ${maximumBytes} bytes`);
    const type = imageType(bytes);
    if (type === null) return notShown(image, 'it is no PNG, JPEG, GIF or WebP');
    return {
      description: image.description,
      url: `data:${type};base64,${bytes.toString('base64')}`,
      problem: null,
    };
  } catch {
    return notShown(image, 'it could not be downloaded');
  }
}

/** Null when there is more. */
async function readAtMost(response: Response, limit: number): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
