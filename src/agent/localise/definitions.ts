import { extensionOf } from './source-files.ts';

const name = '[\\p{L}_$][\\p{L}\\p{N}_$]*';
const modifiers =
  '(?:(?:export|default|declare|public|private|protected|internal|static|final|abstract|async|override|sealed|readonly|pub(?:\\([^)\\n]*\\))?|unsafe|extern|const|inline|virtual|open|data|suspend)[ \\t]+)*';

/** What introduces a name, by the ends of files it is used in. Read line by line: cheap, and right for nearly all code. */
const patterns: [ends: string, expression: RegExp][] = [
  ['py pyi', expression(`^[ \\t]*(?:async[ \\t]+)?(?:def|class)[ \\t]+(${name})`)],
  ['py pyi', expression(`^(${name})[ \\t]*(?::[^=\\n]+)?=[^=]`)],
  [
    'js jsx mjs cjs ts tsx mts cts vue svelte',
    expression(
      `^[ \\t]*${modifiers}(?:function[ \\t]*\\*?|class|interface|type|enum|namespace|module)[ \\t]+(${name})`,
    ),
  ],
  [
    'js jsx mjs cjs ts tsx mts cts vue svelte',
    expression(`^[ \\t]{0,2}${modifiers}(?:const|let|var)[ \\t]+(${name})`),
  ],
  [
    'js jsx mjs cjs ts tsx mts cts vue svelte',
    expression(
      `^[ \\t]+${modifiers}(?:get[ \\t]+|set[ \\t]+|\\*[ \\t]*|#)?(${name})[ \\t]*(?:<[^>\\n]*>)?\\([^;\\n]*\\{[ \\t]*$`,
    ),
  ],
  [
    'js jsx mjs cjs ts tsx mts cts',
    expression(
      `^[ \\t]*(?:module\\.)?(?:exports|[\\w$]+\\.prototype|[\\w$]+)\\.(${name})[ \\t]*=[ \\t]*(?:async[ \\t]+)?(?:function|\\(|[\\w$]+[ \\t]*=>)`,
    ),
  ],
  ['go', expression(`^func[ \\t]+(?:\\([^)\\n]*\\)[ \\t]*)?(${name})`)],
  ['go', expression(`^[ \\t]*type[ \\t]+(${name})[ \\t]`)],
  ['go', expression(`^(?:var|const)[ \\t]+(${name})`)],
  [
    'rs',
    expression(
      `^[ \\t]*${modifiers}(?:fn|struct|enum|trait|union|mod|type|static|macro_rules!)[ \\t]+(${name})`,
    ),
  ],
  ['rs', expression(`^[ \\t]*${modifiers}const[ \\t]+(${name})[ \\t]*:`)],
  [
    'java kt kts cs scala swift',
    expression(
      `^[ \\t]*${modifiers}(?:class|interface|enum|record|object|trait|struct|protocol|extension|@interface)[ \\t]+(${name})`,
    ),
  ],
  [
    'kt kts scala swift',
    expression(`^[ \\t]*${modifiers}(?:fun|def|func)[ \\t]+(?:<[^>\\n]*>[ \\t]*)?(?:[\\w.]+\\.)?(${name})`),
  ],
  [
    'java cs',
    expression(
      `^[ \\t]+${modifiers}(?:<[^>\\n]*>[ \\t]*)?[\\w.<>,\\[\\]? ]+[ \\t]+(${name})[ \\t]*\\([^;\\n]*$`,
    ),
  ],
  ['rb', expression(`^[ \\t]*(?:def[ \\t]+(?:self\\.)?|class[ \\t]+|module[ \\t]+)(?:\\w+::)*(${name})`)],
  [
    'php',
    expression(
      `^[ \\t]*${modifiers}(?:function[ \\t]+&?|class[ \\t]+|interface[ \\t]+|trait[ \\t]+)(${name})`,
    ),
  ],
  [
    'c h cc cpp cxx hpp hh m mm',
    expression(
      `^[ \\t]*(?:class|struct|enum(?:[ \\t]+class)?|union|namespace|#[ \\t]*define)[ \\t]+(${name})`,
    ),
  ],
  [
    'c h cc cpp cxx hpp hh m mm',
    expression(`^[\\w:*&<>, ]+?[ \\t*&](?:\\w+::)*(${name})[ \\t]*\\([^;\\n]*$`),
  ],
  ['ex exs', expression(`^[ \\t]*(?:defp?|defmodule|defmacro)[ \\t]+(?:\\w+\\.)*(${name})`)],
  ['lua', expression(`^[ \\t]*(?:local[ \\t]+)?function[ \\t]+(?:\\w+[.:])*(${name})`)],
];

/** Longer lines are data, and some expressions would take their time with them. */
const longestLine = 300;

const notNames = new Set(
  'if for while switch catch return function else do new await case try with'.split(' '),
);

/** The names that a source introduces, each once, in their order. */
export function definitionsIn(path: string, text: string): string[] {
  const end = extensionOf(path);
  const wanted = patterns.filter(([ends]) => ends.split(' ').includes(end)).map(([, pattern]) => pattern);
  if (wanted.length === 0) return [];
  const names = new Set<string>();
  const lines = text.replace(/.+/g, (line) => (line.length > longestLine ? '' : line));
  for (const pattern of wanted) {
    for (const match of lines.matchAll(pattern)) {
      const found = match[1] ?? '';
      if (!notNames.has(found)) names.add(found);
    }
  }
  return [...names];
}

function expression(source: string): RegExp {
  return new RegExp(source, 'gmu');
}
