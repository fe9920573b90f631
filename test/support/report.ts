import type { Nodes, Root, Table } from 'mdast';
import { toString as textOf } from 'mdast-util-to-string';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import type { EndedAttempt } from '../../src/core/attempts.ts';
import type { RunEvent } from '../../src/core/events.ts';
import { defaultRunLimits } from '../../src/core/limits.ts';
import type { RunEnd, RunRecord, RunRequest, StoredEvent } from '../../src/core/run-record.ts';
import type { Verification } from '../../src/core/verification.ts';
import { factsOf, type RunFacts } from '../../src/report/run-facts.ts';

export const marker = '<!-- ai-fix run=01TEST -->';
export const start = Date.parse('2026-11-24T10:00:00.000Z');
export const tree = 'c'.repeat(40);

export const proven: Verification = {
  verdict: 'proven',
  why: '1 test fails without the fix and passes with it; nothing that passed before fails',
  tree,
  base: 'b'.repeat(40),
  red_to_green: ['sum > of an empty list'],
  new: [],
  still_green: 10,
  newly_red: [],
  already_red: ['divides'],
  flaky: [],
  not_run: [],
  tampering: [],
};

export const unproven: Verification = {
  ...proven,
  verdict: 'unproven',
  why: '1 test that passed before fails now',
  red_to_green: [],
  newly_red: ['sum > of one'],
};

export const published = {
  pull: 13,
  url: 'https://github.com/acme/sums/pull/13',
  branch: 'ai-fix/12-empty',
  commit: 'd'.repeat(40),
  tree,
};

export function requestOf(changes: Partial<RunRequest> = {}): RunRequest {
  return {
    repository: { host: 'github.com', installation: 1, id: 2, owner: 'acme', name: 'sums' },
    issue: { number: 12, title: 'sum() of an empty list throws', text: 'It throws.', url: 'https://x.test' },
    comments: [{ author: 'bob', at: '2026-11-24T09:00:00Z', text: 'Same here.', about: null }],
    base: { branch: 'main', commit: 'b'.repeat(40) },
    pull: null,
    words: '',
    actor: { id: 77, login: 'ann', bot: false },
    place: { kind: 'label' },
    leftOut: ['2 comments by people without write access'],
    model: 'deepseek-v4-pro',
    limits: defaultRunLimits,
    ...changes,
  };
}

export const retried = {
  number: 13,
  branch: 'ai-fix/12-empty',
  mergeBase: 'a',
  threads: [],
  failedChecks: [],
};

export type Run = Pick<RunRecord, 'id' | 'createdAt' | 'startedAt' | 'endedAt' | 'cancelReason' | 'end'>;

export function runOf(end: RunEnd | null = null, changes: Partial<Run> = {}): Run {
  return {
    id: '01TEST',
    createdAt: at(0),
    startedAt: at(0),
    endedAt: end === null ? null : at(192),
    cancelReason: null,
    end,
    ...changes,
  };
}

const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();

/** Events as stored, one second apart. */
export function stored(events: readonly RunEvent[]): StoredEvent[] {
  return events.map((event, index) => ({ number: index + 1, at: at(index), event }));
}

export function factsFrom(...events: RunEvent[]): RunFacts {
  return factsOf(stored(events));
}

const usage = { cacheHitTokens: 900, cacheMissTokens: 100, outputTokens: 50, reasoningTokens: 10 };

function turns(number: number): RunEvent[] {
  return Array.from({ length: number }, (_, index) => ({
    type: 'turn_ended',
    step: index + 1,
    usage,
    usd: 0.002,
    model: 'deepseek-v4-pro',
    seconds: 3,
  }));
}

export const said = 'The sum had no start value, so an empty list threw. I gave it 0.';

/** A run up to its proof. */
export function eventsUpToProof(verification: Verification = proven): RunEvent[] {
  return [
    { type: 'run_started', run: '01TEST', title: 't', base: 'b', model: 'deepseek-v4-pro' },
    { type: 'stage_started', stage: 'workspace' },
    { type: 'stage_ended', stage: 'workspace', seconds: 1 },
    { type: 'stage_started', stage: 'environment' },
    {
      type: 'environment_ready',
      summary: 'Node 24, npm, node:test',
      cached: true,
      image: 'i',
      leftOut: [{ name: 'fsevents', why: 'it is for macOS' }],
      notes: ['the lock file is out of date'],
    },
    { type: 'stage_ended', stage: 'environment', seconds: 12 },
    { type: 'stage_started', stage: 'check' },
    { type: 'stage_ended', stage: 'check', seconds: 3 },
    {
      type: 'baseline_ready',
      counts: { passed: 10, failed: 1, skipped: 0 },
      problem: null,
      seconds: 4,
      cached: false,
    },
    { type: 'stage_started', stage: 'agent' },
    ...turns(7),
    { type: 'message', message: { role: 'assistant', content: said } },
    { type: 'stage_ended', stage: 'agent', seconds: 60 },
    { type: 'agent_ended', end: 'finished' },
    {
      type: 'changed',
      tree,
      files: [
        { path: 'lib/sum.js', kind: 'changed', added: 2, removed: 1 },
        { path: 'test/sum.test.js', kind: 'changed', added: 9, removed: 0 },
      ],
    },
    { type: 'stage_started', stage: 'verify' },
    { type: 'stage_ended', stage: 'verify', seconds: 20 },
    { type: 'verified', round: 1, verification },
    { type: 'outcome', outcome: verification.verdict, why: verification.why },
  ];
}

const noSeconds = { model: 0, tools: 0, waiting: 0 };

/** What an attempt came to. */
export function attemptEnded(
  attempt: number,
  verification: Verification | null,
  changes: Partial<EndedAttempt> = {},
): RunEvent {
  return {
    ...{ type: 'attempt_ended', attempt, model: 'deepseek-v4-pro', effort: 'high', patch: null, tree: null },
    outcome: verification?.verdict ?? 'no_change',
    why: verification?.why ?? 'the agent changed nothing',
    verification,
    usage: { ...usage, usd: 0.014, steps: 7, seconds: noSeconds },
    ...changes,
  };
}

/** A run whose first attempt proved nothing and is taken all the same: the second one changed nothing. */
export function eventsOfTwoAttempts(): RunEvent[] {
  const first = eventsUpToProof(unproven).slice(0, -1);
  const flash = { model: 'deepseek-flash', effort: 'max' } as const;
  return [
    ...first,
    attemptEnded(1, unproven, { tree }),
    { type: 'attempt_started', attempt: 2, of: 2, ...flash },
    { ...(turns(1)[0] as Extract<RunEvent, { type: 'turn_ended' }>), model: flash.model },
    { type: 'message', message: { role: 'assistant', content: 'There is nothing to do.' } },
    attemptEnded(2, null, { ...flash, usage: { ...usage, usd: 0.002, steps: 1, seconds: noSeconds } }),
    { type: 'attempt_chosen', attempt: 1, why: 'no other came to a change' },
    ...first.filter(({ type }) => type === 'changed' || type === 'verified'),
    { type: 'outcome', outcome: 'unproven', why: unproven.why },
  ];
}

/** Quotes as much as a careful neutralizer lets through: nothing but letters. */
export const texts = { neutralize: (markdown: string) => markdown.replace(/[@#<>[\]!`]/g, '') };

export function parse(markdown: string): Root {
  return unified().use(remarkParse).use(remarkGfm).parse(markdown);
}

export function tablesIn(markdown: string): Table[] {
  return all(markdown, 'table');
}

export function all<Type extends Nodes['type']>(
  markdown: string,
  type: Type,
): Extract<Nodes, { type: Type }>[] {
  const found: Extract<Nodes, { type: Type }>[] = [];
  visit(parse(markdown), type, (node) => {
    found.push(node as Extract<Nodes, { type: Type }>);
  });
  return found;
}

/** Rows of a table as plain texts. */
export function rowsOf(table: Table | undefined): string[][] {
  return (table?.children ?? []).map((row) => row.children.map((cell) => textOf(cell)));
}

export function firstParagraph(markdown: string): string {
  const first = parse(markdown).children.find((node) => node.type === 'paragraph');
  return first === undefined ? '' : textOf(first);
}

/** All that GitHub would act on: text outside code, where mentions and references are found. */
export function liveText(markdown: string): string {
  return all(markdown, 'text')
    .map(({ value }) => value)
    .join('\n');
}

export const hostileNames = [
  'a | b | c',
  'back\\|slash',
  '`tick` and ``two``',
  'line one\nline two\n\n# heading',
  '--> <!-- ai-fix:end --> <img src=x>',
  '@acme/team fixes #1',
  '</details><script>',
  '\u202eright to left\u200b',
  '```',
  '',
];
