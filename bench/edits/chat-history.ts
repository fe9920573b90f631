import { gitText } from '../../src/workspace/git.ts';
import type { Attempt, Edit } from './attempt.ts';

const repository = 'Aider-AI+aider';
const fixture = 'tests/fixtures/chat-history.md';
const block = /^<{5,9} SEARCH\s*\n(.*?)^={5,9}\s*\n(.*?)^>{5,9} REPLACE/gms;

/**
 * The edits in aider's chat history about its own sources, by what was committed of them: the parent of the commit is
 * what they were made for, the commit what they became there. Those whose commit the repository lacks are left out.
 */
export async function readChatHistory(path: string): Promise<{ attempts: Attempt[]; blocks: number }> {
  const directory = { path, objectFormat: 'sha1' as const };
  const text = await gitText(directory, ['cat-file', 'blob', `HEAD:${fixture}`]);
  const attempts: Attempt[] = [];
  for (const { answer, commit, onlyPath } of committedAnswers(text)) {
    const hashes = await gitText(directory, ['rev-parse', `${commit}^{commit}`, `${commit}^`]).catch(
      () => null,
    );
    const [whole, base] = hashes?.split('\n') ?? [];
    if (whole === undefined || base === undefined) continue;
    const edits = parseBlocks(answer, onlyPath).filter(({ old }) => old.trim() !== '');
    if (edits.length === 0) continue;
    attempts.push({
      name: `${fixture} ${commit}`,
      repository,
      base,
      isFirst: true,
      edits,
      reference: { commit: whole },
    });
  }
  return { attempts, blocks: [...text.matchAll(block)].length };
}

/** What stands between one prompt and the commit that followed, where edits were applied at all. */
function committedAnswers(text: string): { answer: string; commit: string; onlyPath: string | null }[] {
  return text.split(/^#### .*$/m).flatMap((turn) => {
    const applied = turn.indexOf('\n> Applied edit to ');
    if (applied < 0) return [];
    const commit = /^> Commit ([0-9a-f]{7,40}) /m.exec(turn.slice(applied))?.[1];
    const paths = [...turn.slice(applied).matchAll(/^> Applied edit to (\S+)/gm)].map(
      (match) => match[1] ?? '',
    );
    const onlyPath = paths.length === 1 ? (paths[0] ?? null) : null;
    return commit === undefined ? [] : [{ answer: lastAnswer(turn.slice(0, applied)), commit, onlyPath }];
  });
}

/** Answers that could not be used, and were asked for again, come before. Each ends with a line of what it cost. */
function lastAnswer(turn: string): string {
  const answers = turn.split(/^> Tokens: .*$/m);
  return answers.at(-2) ?? turn;
}

/** Blocks to search and replace, those that are whole; each belongs to the path above its fence, or as the one before. */
function parseBlocks(answer: string, onlyPath: string | null): Edit[] {
  let path = onlyPath ?? '';
  let end = 0;
  return [...answer.matchAll(block)].flatMap((match) => {
    const above = answer
      .slice(end, match.index)
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('```'));
    end = match.index + match[0].length;
    const named = /^[\s#*`]*([\w./-]+\.\w+)[\s:*`]*$/.exec(above.at(-1) ?? '')?.[1];
    path = onlyPath ?? named ?? path;
    const [old = '', put = ''] = match.slice(1);
    return isMarked(old) || isMarked(put) ? [] : [{ path, old, put }];
  });
}

function isMarked(text: string): boolean {
  return /^(<{5,9} SEARCH|={5,9}\s*$|>{5,9} REPLACE)/m.test(text);
}
