import { replaceOnce } from '../src/agent/replace.ts';
import { findRepository } from '../src/eval/repositories.ts';
import { type CommitFiles, commitFiles } from '../src/workspace/commits.ts';
import { applyDiff } from './edits/apply-diff.ts';
import type { Attempt, Edit } from './edits/attempt.ts';
import { readChatHistory } from './edits/chat-history.ts';
import { atFirstPlace } from './edits/first-place.ts';
import { readRunLogs } from './edits/run-logs.ts';
import { sameProgram } from './edits/same-program.ts';
import type { BenchOptions } from './support/options.ts';

/** What `str_replace` made of one edit, and whether that agrees with what was made of it where the model wrote it. */
interface Judged {
  name: string;
  edit: Edit;
  /** How it was applied, or why not. */
  how: string;
  message: string | null;
  milliseconds: number;
  agrees: boolean | null;
}

/**
 * Edits that models really made, replayed on the sources they were made for. `--repos` holds the repositories with the
 * logs and the sources, as `owner+name/repo` or `owner__name`.
 */
export async function benchEdits(options: BenchOptions): Promise<object> {
  const repos = options.need('repos');
  const open = (name: string) => findRepository(repos, name);
  const logs = await readRunLogs(open('nus-apr+auto-code-rover'));
  const chat = await readChatHistory(open('Aider-AI+aider'));
  const first = logs.filter((attempt) => attempt.isFirst);
  const later = logs.filter((attempt) => !attempt.isFirst);
  return {
    ...summarize(await judgeAll(first, open)),
    later_tries: summarize(await judgeAll(later, open)),
    chat_history: { blocks: chat.blocks, ...summarize(await judgeAll(chat.attempts, open)) },
  };
}

async function judgeAll(attempts: readonly Attempt[], open: (name: string) => string): Promise<Judged[]> {
  const judged: Judged[] = [];
  const sources = new Map<string, CommitFiles>();
  for (const attempt of attempts) {
    const at = (commit: string) => {
      const key = `${attempt.repository} ${commit}`;
      const files =
        sources.get(key) ?? commitFiles({ path: open(attempt.repository), objectFormat: 'sha1' }, commit);
      sources.set(key, files);
      return files;
    };
    judged.push(...(await judge(attempt, at)));
  }
  return judged;
}

async function judge(attempt: Attempt, at: (commit: string) => CommitFiles): Promise<Judged[]> {
  const files = at(attempt.base);
  const paths = await files.paths();
  const judged: Judged[] = [];
  for (const path of new Set(attempt.edits.map((edit) => edit.path))) {
    const edits = attempt.edits.filter((edit) => edit.path === path);
    const full = fullPath(paths, path);
    const before = full === null ? null : await files.read(full);
    if (full === null || before === null) {
      judged.push(...edits.map((edit) => unjudged(attempt, edit, 'no such file')));
      continue;
    }
    const reference = await referenceFor(attempt, full, before, at);
    judged.push(...judgeFile(attempt, edits, full, before, reference));
  }
  return judged;
}

/** Models name a file by the end of its path. */
function fullPath(paths: readonly string[], path: string): string | null {
  if (paths.includes(path)) return path;
  const [only, ...others] = paths.filter((candidate) => candidate.endsWith(`/${path}`));
  return only !== undefined && others.length === 0 ? only : null;
}

async function referenceFor(
  { reference }: Attempt,
  path: string,
  before: string,
  at: (commit: string) => CommitFiles,
): Promise<string | null> {
  if ('commit' in reference) return at(reference.commit).read(path);
  return reference.diff === ''
    ? null
    : (applyDiff(reference.diff, new Map([[path, before]])).get(path) ?? null);
}

function judgeFile(
  attempt: Attempt,
  edits: readonly Edit[],
  path: string,
  before: string,
  reference: string | null,
): Judged[] {
  const { text, judged } = replay(attempt, edits, path, before);
  if (reference === null || text === before) return judged;
  const settle = (agrees: boolean | null, leftOut?: Edit) =>
    judged.map((one) =>
      isApplied(one) && one.agrees === null && one.edit !== leftOut ? { ...one, agrees } : one,
    );
  if (agree(path, text, judged, reference)) return settle(true);
  for (const { edit } of judged.filter(isApplied)) {
    const others = edits.filter((other) => other !== edit);
    const without = replay(attempt, others, path, before);
    // what does not parse after an edit was left out there
    if (without.text !== before && agree(path, without.text, without.judged, reference))
      return settle(true, edit);
  }
  return settle(false);
}

function replay(
  attempt: Attempt,
  edits: readonly Edit[],
  path: string,
  before: string,
): { text: string; judged: Judged[] } {
  let text = before;
  const judged = edits.map((edit): Judged => {
    if (edit.old.trim() === '') return unjudged(attempt, edit, 'no old text');
    if (edit.old === edit.put) return unjudged(attempt, edit, 'changes nothing');
    const started = performance.now();
    const replaced = replaceOnce(text, edit.old, edit.put, path);
    const milliseconds = performance.now() - started;
    if (typeof replaced === 'string') {
      return { ...unjudged(attempt, edit, reason(replaced)), message: replaced, milliseconds };
    }
    const isWhole = unspaced(replaced.text).includes(unspaced(edit.put));
    text = replaced.text;
    return { ...unjudged(attempt, edit, replaced.match), milliseconds, agrees: isWhole ? null : false };
  });
  return { text, judged };
}

/** With what was refused here made as it may have been made there, or left out. */
function agree(path: string, text: string, judged: readonly Judged[], reference: string): boolean {
  let texts = [text];
  for (const { edit } of judged.filter(({ message }) => message !== null)) {
    texts = texts.flatMap((one) => [one, ...atFirstPlace(one, edit)]);
  }
  return texts.some((one) => sameProgram(path, one, reference));
}

function unjudged({ name }: Attempt, edit: Edit, how: string): Judged {
  return { name, edit, how, message: null, milliseconds: 0, agrees: null };
}

const applied = ['verbatim', 'first line indented', 'line ends', 'shifted', 'spaced'];

function isApplied({ how }: Judged): boolean {
  return applied.includes(how);
}

function reason(message: string): string {
  if (message.includes('Multiple occurrences')) return 'several places';
  if (message.includes('Nothing like it')) return 'nothing like it';
  if (message.includes('nearest lines')) return 'nearest lines shown';
  return 'unclear';
}

function unspaced(text: string): string {
  return text.replace(/\s+/g, '');
}

/** Verbatim once is right by definition; what was read more loosely is wrong where the reference says otherwise. */
function summarize(judged: readonly Judged[]): object {
  const share = (some: readonly Judged[]) => Math.round((some.length / judged.length) * 1000) / 1000;
  const made = judged.filter(isApplied);
  const disputed = made.filter((one) => one.agrees === false);
  const wrong = disputed.filter((one) => one.how !== 'verbatim');
  const refused = judged.filter((one) => !isApplied(one));
  const times = judged.map((one) => one.milliseconds).sort((a, b) => a - b);
  const counts: Record<string, number> = {};
  for (const { how } of judged) counts[how] = (counts[how] ?? 0) + 1;
  return {
    edits: judged.length,
    applied_rightly: share(made.filter((one) => !wrong.includes(one))),
    refused_usefully: share(refused),
    applied_wrongly: wrong.length,
    confirmed: made.filter((one) => one.agrees === true).length,
    not_verbatim_confirmed: made.filter((one) => one.agrees === true && one.how !== 'verbatim').length,
    counts,
    wrong: wrong.map((one) => `${one.name} ${one.edit.path}`),
    disputed: disputed.filter((one) => one.how === 'verbatim').map((one) => `${one.name} ${one.edit.path}`),
    ms: {
      mean: Math.round((times.reduce((sum, time) => sum + time, 0) / times.length) * 100) / 100,
      max: Math.round(times.at(-1) ?? 0),
    },
  };
}
