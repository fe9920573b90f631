/** What an issue names of the code, in the order in which it does. */
export interface Mentions {
  /** Paths and ends of paths, as written, `/` between; with the line of a stack trace where there is one. */
  paths: { path: string; inTrace: boolean }[];
  /** Dotted names, which may be modules, classes in modules and what is in them. */
  dotted: string[];
  /** Names of things, and how much each looks like one: 3 called or marked as code, 2 by its form, 1 any word of code. */
  names: Map<string, number>;
}

const pathPattern =
  /(?<![\w.@~+/\\-])(?:[\w.@~+-]*[/\\])*[\w.@+-]+\.(?:pyi?|[cm]?[jt]sx?|vue|svelte|go|rs|java|kts?|scala|swift|cs|rb|php|cc?|cpp|cxx|hh?|hpp|mm?|exs?|lua|dart|jl|p[lm]|sh|sql)\b(?!\s*=)/g;
const dottedPattern = /(?<![\w./\\-])[A-Za-z_]\w*(?:(?:\.|::|#)[A-Za-z_]\w*)+/g;

/** More would be a listing, not a hint. */
const mostMentions = 200;

export function mentionsIn(text: string): Mentions {
  const paths = [...text.matchAll(pathPattern)].slice(0, mostMentions).map((match) => ({
    path: match[0].replaceAll('\\', '/').replace(/^[./~]+/, ''),
    inTrace: isTrace(text, match.index, match.index + match[0].length),
  }));
  const dotted = [
    ...new Set([...text.matchAll(dottedPattern)].map((match) => match[0].replace(/::|#/g, '.'))),
  ];
  return { paths, dotted: dotted.slice(0, mostMentions), names: namesIn(text) };
}

/** `File "x.py", line 3`, `x.js:3:4`, `(X.java:3)`, `x.go:3 +0x`. */
function isTrace(text: string, start: number, end: number): boolean {
  const after = text.slice(end, end + 20);
  return (
    /^"?,? line \d+/.test(after) ||
    /^:\d+/.test(after) ||
    /File "$/.test(text.slice(Math.max(0, start - 80), start))
  );
}

function namesIn(text: string): Map<string, number> {
  const names = new Map<string, number>();
  const add = (name: string, weight: number) => names.set(name, Math.max(names.get(name) ?? 0, weight));
  const marked = /```[\s\S]*?(?:```|$)|`[^`\n]+`/g;
  for (const [code] of text.matchAll(marked)) {
    const isInline = !code.startsWith('```');
    for (const [name] of code.matchAll(/[A-Za-z_$][\w$]*/g)) add(name, isInline ? 3 : 1);
  }
  for (const [, name = ''] of text.matchAll(/(?<![\w$])([A-Za-z_$][\w$]*)\(/g)) add(name, 3);
  for (const [name] of text.matchAll(/[A-Za-z_$][\w$]*/g)) {
    if (/[a-z]_[a-z]|^_+[a-z]|[a-z][A-Z]|[A-Z]{2,}[a-z]/.test(name)) add(name, 2);
    else add(name, 0.5);
  }
  return names;
}
