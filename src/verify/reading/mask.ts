export type Language = 'javascript' | 'python';

/** Source code in which what is not code cannot be mistaken for it. All texts have the source's length. */
export interface Masked {
  /** Comments are blank. */
  code: string;
  /** Comments are blank, and so is what strings and regular expressions hold. */
  bare: string;
  /** Where each bracket, and each template string, that opens ends. */
  pairs: ReadonlyMap<number, number>;
}

const filler = '_';

/** Reads code only as far as telling strings and comments apart needs; what cannot be read ends with its line. */
export function maskCode(text: string, language: Language): Masked {
  return language === 'python' ? maskPython(text) : maskJavaScript(text);
}

function maskJavaScript(text: string): Masked {
  const mask = createMask(text);
  const templates: { start: number; braces: number }[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] as string;
    const inner = templates.at(-1);
    if (char === '/' && text[at + 1] === '/') at = mask.comment(at, endOf(text, '\n', at));
    else if (char === '/' && text[at + 1] === '*') at = mask.comment(at, endOf(text, '*/', at + 2) + 2);
    else if (char === "'" || char === '"') at = mask.string(at, endOfString(text, at));
    else if (char === '/' && opensPattern(mask.codeBefore(at), text[at + 1]))
      at = mask.string(at, endOfPattern(text, at));
    else if (char === '`') at = template(at, at + 1);
    else if (char === '}' && inner?.braces === 0) {
      templates.pop();
      at = template(inner.start, at + 1);
    } else {
      if (inner !== undefined && char === '{') inner.braces++;
      if (inner !== undefined && char === '}') inner.braces--;
      at++;
    }
  }
  return mask.finish();

  /** A template string's text up to its end or to code within it. */
  function template(start: number, from: number): number {
    let to = from;
    while (to < text.length && text[to] !== '`' && !(text[to] === '$' && text[to + 1] === '{')) {
      to += text[to] === '\\' ? 2 : 1;
    }
    mask.fill(from, to);
    if (text[to] === '$') {
      templates.push({ start, braces: 0 });
      return to + 2;
    }
    mask.pair(start, to);
    return to + 1;
  }
}

function maskPython(text: string): Masked {
  const mask = createMask(text);
  let at = 0;
  while (at < text.length) {
    const char = text[at] as string;
    const triple = text.slice(at, at + 3);
    if (char === '#') at = mask.comment(at, endOf(text, '\n', at));
    else if (triple === '"""' || triple === "'''") {
      const end = endOf(text, triple, at + 3);
      mask.fill(at + 3, Math.min(end + 3, text.length), ' '); // its last line may stand further left than the code
      at = end + 3;
    } else if (char === "'" || char === '"') at = mask.string(at, endOfString(text, at));
    else at++;
  }
  return mask.finish();
}

function createMask(text: string) {
  const code = text.split('');
  const bare = text.split('');
  const pairs = new Map<number, number>();
  const blank = (chars: string[], from: number, to: number, by: string) => {
    for (let at = from; at < Math.min(to, text.length); at++) if (text[at] !== '\n') chars[at] = by;
  };
  return {
    comment(from: number, to: number): number {
      blank(code, from, to, ' ');
      blank(bare, from, to, ' ');
      return to;
    },
    /** From quote to quote; `to` is after the last. */
    string(from: number, to: number): number {
      blank(bare, from + 1, to - 1, filler);
      return to;
    },
    fill: (from: number, to: number, by = filler) => blank(bare, from, to, by),
    pair: (from: number, to: number) => pairs.set(from, to),
    codeBefore: (at: number) =>
      bare
        .slice(Math.max(0, at - 40), at)
        .join('')
        .trimEnd(),
    finish(): Masked {
      const whole = bare.join('');
      pairBrackets(whole, pairs);
      return { code: code.join(''), bare: whole, pairs };
    },
  };
}

const closes: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

function pairBrackets(bare: string, pairs: Map<number, number>): void {
  const open: number[] = [];
  for (const match of bare.matchAll(/[()[\]{}]/g)) {
    const opener = closes[match[0]];
    if (opener === undefined) open.push(match.index);
    else {
      const index = open.findLastIndex((at) => bare[at] === opener);
      if (index < 0) continue;
      pairs.set(open[index] as number, match.index);
      open.length = index;
    }
  }
}

/** Whether a slash after this code begins a regular expression, rather than dividing or closing an element. */
function opensPattern(before: string, next: string | undefined): boolean {
  if (before === '') return true;
  if (/[(,=:[!&|?{};+\-*%~^]$/.test(before) || />$/.test(before)) return next !== '>';
  return /(^|[^\w$.])(return|typeof|case|in|of|delete|void|throw|new|else|do|await|yield)$/.test(before);
}

function endOf(text: string, what: string, from: number): number {
  const index = text.indexOf(what, from);
  return index < 0 ? text.length : index;
}

/** After the closing quote, or where the line ends without one. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== text[start] && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at + 1, text.length);
}

/** After the closing slash; after the opening one when it is a division after all. */
function endOfPattern(text: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < text.length && text[at] !== '\n'; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '[') inClass = true;
    else if (text[at] === ']') inClass = false;
    else if (text[at] === '/' && !inClass) return at + 1;
  }
  return start + 1;
}
