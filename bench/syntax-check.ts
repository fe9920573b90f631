import { openEngine } from '../src/adapters.ts';
import { createSyntaxCheck } from '../src/agent/syntax-check.ts';
import { readConfig } from '../src/config.ts';
import { openSandbox } from '../src/sandbox/sandbox.ts';

const times = 15;
const lines = 1000;

const sources: Record<string, string> = {
  py: 'def f{n}(a, b):\n    return a * {n} + b\n',
  js: 'function f{n}(a, b) {\n  return a * {n} + b;\n}\n',
  ts: 'function f{n}(a: number, b: number): number {\n  return a * {n} + b;\n}\n',
  json: '"f{n}": [{n}, "a"],\n',
  toml: 'f{n} = [{n}, "a"]\n',
  sh: 'f{n}() {\n  echo "$1" {n}\n}\n',
};

/** What the look at a file's syntax adds to an edit, for files of about a thousand lines, against an empty command. */
export async function benchSyntaxCheck(): Promise<object> {
  const { docker, image, limits } = await openEngine(readConfig(), (line) =>
    process.stderr.write(`${line}\n`),
  );
  await using sandbox = await openSandbox(docker, {
    image,
    runId: 'bench',
    purpose: 'agent',
    network: 'none',
    env: {},
    limits,
    lifetimeSeconds: 600,
  });
  const signal = new AbortController().signal;
  const result: Record<string, object> = {
    nothing: await measure(() => sandbox.run({ script: 'true', timeoutSeconds: 10 })),
  };
  for (const [end, source] of Object.entries(sources)) {
    const bytes = Buffer.from(textOf(end, source));
    const said = await createSyntaxCheck(sandbox)(`/a.${end}`, null, bytes, signal);
    if (said !== '') throw new Error(said);
    result[end] = await measure(() => createSyntaxCheck(sandbox)(`/a.${end}`, bytes, bytes, signal));
  }
  return { lines, ms: result };
}

function textOf(end: string, source: string): string {
  const count = Math.ceil(lines / (source.split('\n').length - 1));
  const text = Array.from({ length: count }, (_, index) => source.replaceAll('{n}', String(index))).join('');
  return end === 'json' ? `{${text}"end": 0}` : text;
}

async function measure(work: () => Promise<unknown>) {
  const taken: number[] = [];
  for (let index = 0; index < times; index++) {
    const started = performance.now();
    await work();
    taken.push(performance.now() - started);
  }
  taken.sort((a, b) => a - b);
  return { least: Math.round(taken[0] ?? 0), median: Math.round(taken[Math.floor(times / 2)] ?? 0) };
}
