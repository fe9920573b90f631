import { stripVTControlCharacters } from 'node:util';
import type { WrittenImage } from '../core/issue-image.ts';
import { fenced } from './escape-markdown.ts';
import { isIntricate, withoutDeepBlocks } from './intricate.ts';
import { oneLine } from './one-line.ts';
import { printVisible } from './print-visible.ts';
import { renderGitHub } from './rendered.ts';
import type { LeftOut } from './seen-nodes.ts';
import { headAndTail } from './truncate.ts';
import { countInvisible, visibleText } from './visible.ts';

export interface Sanitized {
  /** What a person sees, as Markdown. */
  text: string;
  /** What was left out, in words for people: "2 HTML comments"; without the images. */
  removed: string[];
  /** The images of the text, which are left out of it. */
  images: WrittenImage[];
}

/** GitHub takes no longer text. */
const inputLimit = 65_536;
const defaultLimit = 20_000;
const titleLimit = 256;
const passes = 12;

/**
 * What the model may read of an issue or a comment: only what a person sees on GitHub. Comments, hidden elements,
 * attributes, unused definitions and invisible characters are left out. Rendering can uncover new Markdown, so it is
 * repeated until nothing changes: sanitising the result again gives the result.
 */
export function sanitize(body: string, limit = defaultLimit): Sanitized {
  const leftOut: LeftOut = { comments: 0, hidden: 0, emptyLinks: 0, images: [] };
  const input = stripVTControlCharacters(headAndTail(body, Math.min(inputLimit, 4 * limit)));
  const settled = settle(input, leftOut);
  if (settled === null)
    return { text: '', removed: ['all of it, because it is too intricate to be read'], images: [] };
  const text = shorten(settled, limit, leftOut);
  const removed = inWords(
    leftOut,
    countInvisible(body),
    body.length > Math.min(inputLimit, 4 * limit) || text !== settled,
  );
  return { text, removed, images: leftOut.images };
}

/** One line of at most 256 characters. GitHub shows titles as they are, so nothing in them is Markdown. */
export function sanitizeTitle(title: string): string {
  let text = oneLine(title);
  for (let before = ''; before !== text; ) {
    before = text;
    text = oneLine(text.replace(/<!--.*?(?:-->|$)/g, '')).replace(/ {2,}/g, ' ');
  }
  return [...text].slice(0, titleLimit).join('').trim();
}

/** Null when it cannot be rendered. */
function settle(input: string, leftOut: LeftOut): string | null {
  let text = visibleText(input).trim();
  for (let pass = 0; pass < passes; pass++) {
    const next = renderedText(text, leftOut);
    if (next === null || next === text) return next;
    text = next;
  }
  return fenced(text); // does not settle: shown as it is, which settles
}

function renderedText(text: string, leftOut: LeftOut): string | null {
  if (isIntricate(text)) return null;
  try {
    return visibleText(printVisible(renderGitHub(withoutDeepBlocks(text)), leftOut)).trim();
  } catch (error) {
    if (error instanceof RangeError) return null; // the stack: elements within each other by the thousand
    throw error;
  }
}

/** Head and tail; cutting can open or close a block, so that what is left has to settle again. */
function shorten(text: string, limit: number, leftOut: LeftOut): string {
  let short = text;
  for (let room = limit - 100; short.length > limit && room > 0; room = Math.floor(room * 0.8)) {
    short = settle(headAndTail(text, room), leftOut) ?? '';
  }
  return short.length > limit ? '' : short;
}

function inWords({ comments, hidden, emptyLinks }: LeftOut, invisible: number, cut: boolean): string[] {
  const counted: [number, string, string][] = [
    [comments, 'HTML comment', 'HTML comments'],
    [hidden, 'hidden element', 'hidden elements'],
    [emptyLinks, 'link without text', 'links without text'],
    [invisible, 'invisible character', 'invisible characters'],
  ];
  const phrases = counted
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => `${count} ${count === 1 ? one : many}`);
  return cut ? [...phrases, 'the middle, because it is long'] : phrases;
}
