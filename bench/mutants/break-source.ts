import { pythonFunctions } from '../../src/verify/reading/blocks.ts';
import { type Masked, maskCode } from '../../src/verify/reading/mask.ts';
import { type Edit, languageOf } from './weaken-tests.ts';

interface Place {
  name: string;
  /** Where the function's first statement may stand. */
  at: number;
  statement: string;
}

/**
 * Ways to break a function that tests call, those with the fewest calls first: what breaks little is found hardest.
 * `sources` and `tests` are texts by path.
 */
export function breakFunctions(
  sources: ReadonlyMap<string, string>,
  tests: ReadonlyMap<string, string>,
): Edit[] {
  const called = new Map<string, number>();
  for (const text of tests.values()) {
    for (const [, name = ''] of text.matchAll(/\b([A-Za-z_$][\w$]{3,})\s*\(/g))
      called.set(name, (called.get(name) ?? 0) + 1);
  }
  const ways = [...sources].flatMap(([path, text]) =>
    placesIn(path, text).map((place) => ({ path, text, ...place, calls: called.get(place.name) ?? 0 })),
  );
  return ways
    .filter(({ calls, name }) => calls > 1 && !/^(constructor|toString|valueOf)$/.test(name))
    .sort((a, b) => a.calls - b.calls)
    .map(({ path, text, name, at, statement }) => ({
      path,
      text: text.slice(0, at) + statement + text.slice(at),
      what: name,
    }));
}

function placesIn(path: string, text: string): Place[] {
  const language = languageOf(path);
  if (language === null) return [];
  const masked = maskCode(text, language);
  return [...(language === 'python' ? pythonPlaces(masked) : javascriptPlaces(masked))];
}

const heads =
  /^[ \t]+(?:(?:static|async|public|private|protected|override)\s+)*(?!(?:if|for|while|switch|catch|with|function)\b)([A-Za-z_$][\w$]*)\s*(?=\()|\bfunction\s*\*?\s*([A-Za-z_$][\w$]*)\s*(?=\()|\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=\s*(?:async\s*)?(?:function\s*[\w$]*\s*)?(?=\()/gm;

function* javascriptPlaces({ bare, pairs }: Masked): Generator<Place> {
  for (const head of bare.matchAll(heads)) {
    const close = pairs.get(head.index + head[0].length);
    if (close === undefined) continue;
    const body = /^\)(?:\s*:\s*[\w$][\w$.<>[\]| ]*?)?\s*(?:=>)?\s*\{/.exec(bare.slice(close, close + 200));
    if (body === null) continue;
    yield {
      name: (head[1] ?? head[2] ?? head[3]) as string,
      at: close + body[0].length,
      statement: ` throw new Error('broken');`,
    };
  }
}

function* pythonPlaces(masked: Masked): Generator<Place> {
  const { bare, pairs } = masked;
  for (const { name, keyword, from } of pythonFunctions(masked)) {
    if (keyword !== 'def') continue;
    const close = pairs.get(bare.indexOf('(', from));
    const head =
      close === undefined ? null : /^\)[^:\n]*:[ \t]*\n(?:[ \t]*\n)*([ \t]+)/.exec(bare.slice(close));
    if (close === undefined || head === null) continue;
    const indent = head[1] ?? '';
    yield { name, at: close + head[0].length, statement: `raise RuntimeError('broken')\n${indent}` };
  }
}
