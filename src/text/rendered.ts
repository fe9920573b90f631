import type { Root } from 'hast';
import { fromHtml } from 'hast-util-from-html';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { hasManyTildes } from './intricate.ts';

type HtmlExtension = ReturnType<typeof gfmHtml>;
type Handle = NonNullable<NonNullable<HtmlExtension['enter']>['emphasis']>;

/**
 * What a browser shows for a text of GitHub: Markdown to HTML, with the HTML that was written in between, parsed
 * as a browser does. The tree is not safe to show; it is for reading what a person sees. Throws a RangeError for
 * thousands of elements within each other.
 */
export function renderGitHub(markdown: string): Root {
  return fromHtml(toHtml(markdown), { fragment: true });
}

function toHtml(markdown: string): string {
  const withoutDeleted = hasManyTildes(markdown) ? [{ disable: { null: ['strikethrough'] } }] : [];
  return micromark(markdown, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm(), ...withoutDeleted],
    htmlExtensions: [gfmHtml(), writtenMarkers],
  });
}

/** Keeps the characters that made a text bold: `__init__` is bold on GitHub, but says more as it was written. */
const writtenMarkers: HtmlExtension = {
  enter: {
    emphasis: openWith('em', 1),
    strong: openWith('strong', 2),
  },
};

function openWith(name: string, length: number): Handle {
  return function (token) {
    this.tag(`<${name} data-written="${this.sliceSerialize(token).slice(0, length)}">`);
  };
}
