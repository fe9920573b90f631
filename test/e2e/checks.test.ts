import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeEnvironments } from '../support/environments.ts';
import { runFix, write } from '../support/fix.ts';
import { createSums, fixedTotal, newTest, sumsFiles, sumsIssue } from '../support/sums.ts';

let repository: Awaited<ReturnType<typeof createSums>>;
let scratch: string;
const images = new Set<string>();

/** A linter as small as can be, by the name and with the report of a real one: it wants no `var`. */
const linter = `#!/usr/bin/env node
const { readFileSync } = require('node:fs');
const { resolve } = require('node:path');
const paths = process.argv.slice(2).filter((word) => /\\.js$/.test(word));
console.log(JSON.stringify(paths.map((path) => ({
  filePath: resolve(path),
  messages: (readFileSync(path, 'utf8').match(/^\\s*var /gm) ?? []).map(() => ({ ruleId: 'no-var', severity: 2, message: 'Unexpected var.' })),
}))));
`;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'ai-fix-checks-'));
  const manifest = JSON.parse(sumsFiles['package.json'] as string);
  const scripts = { ...manifest.scripts, lint: 'eslint .' };
  repository = await createSums({
    'package.json': JSON.stringify({ ...manifest, scripts }),
    '.github/ai-fix.yml':
      'install: mkdir -p ~/.local/bin && cp tools/eslint.cjs ~/.local/bin/eslint && chmod +x ~/.local/bin/eslint\n',
    'tools/eslint.cjs': linter,
    'lib/total.js': `var known = 'a complaint of old';\n${sumsFiles['lib/total.js']}`,
  });
});
afterAll(async () => {
  await removeEnvironments(images);
  await repository[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true, force: true });
});

const withOld = (text: string) => `var known = 'a complaint of old';\n${text}`;
const withVar = withOld(`var added = 1;\n${fixedTotal}`);
const trueTest = write('test/total.test.js', sumsFiles['test/total.test.js'] + newTest);

async function fix(...rounds: string[][]) {
  const { directory } = repository;
  const { events, outcome } = await runFix({ directory, issue: sumsIssue, scratch, images }, ...rounds);
  const told = events.filter(
    (event) => event.type === 'message' && JSON.stringify(event.message).includes('own checks complain'),
  );
  return { events, outcome, told };
}

describe("the repository's own linter", () => {
  it('tells the agent of what the patch adds, which puts it right', async () => {
    const { outcome, told } = await fix(
      [write('lib/total.js', withVar), trueTest],
      [write('lib/total.js', withOld(fixedTotal))],
    );
    expect(told).toHaveLength(1);
    expect(JSON.stringify(told)).toContain('lib/total.js: Unexpected var. (no-var)');
    expect(outcome.verification).toMatchObject({
      verdict: 'proven',
      checks: [{ name: 'eslint', complaints: [] }],
    });
    expect(outcome.patch).not.toContain('var added');
  });

  it('takes no proof away, whatever the agent does about it', async () => {
    const { outcome, told, events } = await fix(
      [write('lib/total.js', withVar), trueTest],
      [write('lib/total.js', withOld(sumsFiles['lib/total.js'] as string))],
      [],
    );
    expect(told).toHaveLength(1);
    expect(outcome).toMatchObject({
      outcome: 'proven',
      verification: { verdict: 'proven', checks: [{ name: 'eslint', complaints: [expect.any(String)] }] },
    });
    expect(outcome.patch).toContain('var added');
    const last = events.findLast((event) => event.type === 'changed');
    expect(last).toMatchObject({ tree: outcome.verification?.tree });
  });
});
