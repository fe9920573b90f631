import { execa } from 'execa';
import type { ScriptInput } from '../../src/demo/scripted-model/script.ts';

type Turns = Extract<ScriptInput, { turns: unknown }>['turns'];
type Arguments = Record<string, unknown>;

const files = 8;
const rounds = 12;
const reasoning =
  'The traceback points here, so the next thing to look at is what calls it and which of the arguments it takes. ' +
  'If that is right, the other branch cannot be reached, and the test that is there does not see the difference.';

/**
 * A script of the usual course: first it reads (searches, whole files, one output that is far too long), then it edits
 * and looks at what came of it, in many small steps.
 */
export async function longScript(repository: string): Promise<ScriptInput> {
  const { stdout } = await execa('git', ['-C', repository, 'ls-tree', '-r', '--long', 'HEAD']);
  const entries = stdout.split('\n').flatMap((line) => {
    const match = /^100\d+ blob \w+ +(\d+)\t(.*\.(?:[cm]?[jt]s|py))$/.exec(line);
    return match === null ? [] : [{ size: Number(match[1]), path: match[2] as string }];
  });
  const paths = entries
    .sort((a, b) => b.size - a.size)
    .slice(0, files)
    .map(({ path }) => path);
  const reading = paths.flatMap((path, index) => [
    bash(`grep -n "return" ${quoted(path)} | head -80`),
    view(path, index % 2 === 0 ? {} : { view_range: [1, 60] }),
  ]);
  const note = '/workspace/ai-fix-notes.txt';
  const turns: Turns = [
    editor({ command: 'view', path: '/workspace' }),
    bash('git log --stat -500; seq 1 200000'), // far over what a tool may say
    ...reading,
    editor({ command: 'create', path: note, file_text: 'word 0\n' }),
    ...Array.from({ length: rounds }, (_, round) => [
      editor({ command: 'str_replace', path: note, old_str: `word ${round}`, new_str: `word ${round + 1}` }),
      bash(`cat ${note} && git status --short && ls | head -20`),
    ]).flat(),
    bash(`rm ${note}`),
  ];
  return { turns: [...turns, { reasoning, content: 'There is nothing to change.' }, { content: 'No.' }] };
}

function bash(command: string): Turns[number] {
  return { reasoning, calls: [{ name: 'bash', arguments: { command } }] };
}

function editor(given: Arguments): Turns[number] {
  return { reasoning, calls: [{ name: 'str_replace_editor', arguments: given }] };
}

function view(path: string, more: Arguments): Turns[number] {
  return editor({ command: 'view', path: `/workspace/${path}`, ...more });
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}
