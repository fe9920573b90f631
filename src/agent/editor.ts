import { isUtf8 } from 'node:buffer';
import { posix } from 'node:path';
import { z } from 'zod';
import type { Shell } from '../core/command.ts';
import { headAndTail } from '../text/truncate.ts';
import { editorDefinition } from './editor-definition.ts';
import { numberedLines } from './numbered-lines.ts';
import { lineEndAt, replaceOnce } from './replace.ts';
import { type FileState, findNamed, listDirectory, readFile, writeFile } from './sandbox-files.ts';
import { createSyntaxCheck, type SyntaxCheck } from './syntax-check.ts';
import type { AgentTool, ToolOutput } from './tool.ts';

const maximumBytes = 8 * 1024 * 1024;
const snippetLines = 4;

const argumentsSchema = z.object({
  command: z.enum(['view', 'create', 'str_replace', 'insert']),
  path: z
    .string()
    .min(1)
    .regex(/^[^\0]*$/, 'cannot hold a NUL character'),
  file_text: z.preprocess(orAbsent, z.string().optional()),
  old_str: z.preprocess(orAbsent, z.string().optional()),
  new_str: z.preprocess(orAbsent, z.string().optional()),
  insert_line: z.preprocess(outOfText, z.int().min(0).optional()),
  view_range: z.preprocess(outOfText, z.array(z.int()).length(2).optional()),
});
type Arguments = z.infer<typeof argumentsSchema>;

/** Many models give a value to all parameters, `null` where they mean none. */
function orAbsent(value: unknown): unknown {
  return value === null ? undefined : value;
}

/** A number or a list may come as text: in V4's own form of a call a parameter is text unless it says otherwise. */
function outOfText(value: unknown): unknown {
  if (Array.isArray(value) && value.length === 0) return undefined;
  if (typeof value !== 'string') return orAbsent(value);
  return /^\s*(\d+|\[\s*\d+\s*,\s*-?\d+\s*\])\s*$/.test(value) ? JSON.parse(value) : value;
}

/** The tool `str_replace_editor`, with the names and words that V4 was trained with. */
export function createEditorTool(shell: Shell, characters: number): AgentTool {
  const checkSyntax = createSyntaxCheck(shell);
  return {
    definition: editorDefinition,
    async run(input, signal): Promise<ToolOutput> {
      const args = argumentsSchema.parse(input);
      const summary = `${args.command} ${args.path}`;
      if (!args.path.startsWith('/')) {
        const suggestion = posix.join('/workspace', args.path);
        return { content: `The path ${args.path} is not absolute. Maybe you meant ${suggestion}?`, summary };
      }
      const content = await commands[args.command](args, { shell, checkSyntax, signal });
      return { content: headAndTail(content, characters, 'view a range instead'), summary };
    },
  };
}

/** What a command works with. */
interface Editing {
  shell: Shell;
  checkSyntax: SyntaxCheck;
  signal: AbortSignal;
}

const commands: Record<Arguments['command'], (args: Arguments, editing: Editing) => Promise<string>> = {
  view,
  create,
  str_replace: (args, editing) => edit(args, replace, editing),
  insert: (args, editing) => edit(args, insert, editing),
};

async function view(args: Arguments, { shell, signal }: Editing): Promise<string> {
  const state = await readFile(shell, args.path, maximumBytes, signal);
  if (state.kind === 'directory') {
    if (args.view_range !== undefined) return 'The parameter `view_range` is not allowed for a directory.';
    const listing = await listDirectory(shell, args.path, signal);
    return `Here are the files and directories up to 2 levels deep in ${args.path}, excluding hidden items:\n${listing}`;
  }
  if (state.kind === 'none') return missing(args.path, shell, signal);
  const text = textOf(args.path, state);
  if (typeof text !== 'object') return text;
  const lines = text.content.split('\n');
  const [first = 1, last = lines.length] = args.view_range ?? [];
  const end = last === -1 ? lines.length : last;
  if (first < 1 || first > lines.length || end < first) {
    return `Invalid \`view_range\`: the file has ${lines.length} lines.`;
  }
  return numbered(args.path, lines.slice(first - 1, end), first);
}

async function create(args: Arguments, { shell, checkSyntax, signal }: Editing): Promise<string> {
  if (args.file_text === undefined) return 'The parameter `file_text` is required for the command `create`.';
  const state = await readFile(shell, args.path, 0, signal);
  if (state.kind === 'directory') return `${args.path} is a directory.`;
  if (state.kind !== 'none') {
    return `A file already exists at ${args.path}. The command \`create\` cannot overwrite it: use \`str_replace\`, or remove it first.`;
  }
  const bytes = Buffer.from(args.file_text);
  const problem = await writeFile(shell, args.path, bytes, signal);
  if (problem !== null) return `The file could not be written: ${problem}`;
  return `File created successfully at: ${args.path}${await checkSyntax(args.path, null, bytes, signal)}`;
}

/** What an edit makes of a text: the new text and the line where it changed, or a message for the model. */
type Edited = { text: string; line: number; lines: number; note?: string } | string;

async function edit(
  args: Arguments,
  change: (args: Arguments, text: string) => Edited,
  { shell, checkSyntax, signal }: Editing,
): Promise<string> {
  const state = await readFile(shell, args.path, maximumBytes, signal);
  if (state.kind === 'none') return missing(args.path, shell, signal);
  const before = textOf(args.path, state);
  if (typeof before !== 'object') return before;
  const edited = change(args, before.content);
  if (typeof edited === 'string') return edited;
  if (before.encoding === 'latin1' && /[^\0-\xff]/.test(edited.text)) {
    return `Nothing was changed: ${args.path} is not UTF-8, and the new text has characters that its bytes cannot hold. Use bash, e.g. python3 or iconv.`;
  }
  const bytes = Buffer.from(before.mark + edited.text, before.encoding);
  const problem = await writeFile(shell, args.path, bytes, signal);
  if (problem !== null) return `The file could not be written: ${problem}`;
  const was = Buffer.from(before.mark + before.content, before.encoding);
  return describeEdit(args.path, edited) + (await checkSyntax(args.path, was, bytes, signal));
}

function describeEdit(path: string, { text, line, lines, note }: Exclude<Edited, string>): string {
  const first = Math.max(1, line - snippetLines);
  const snippet = text.split('\n').slice(first - 1, line - 1 + lines + snippetLines);
  const shown = numbered(`a snippet of ${path}`, snippet, first);
  return `The file ${path} has been edited.${note === undefined ? '' : ` ${note}`} ${shown}\nReview the changes and make sure they are as expected. Edit the file again if necessary.`;
}

function replace(args: Arguments, text: string): Edited {
  if (args.old_str === undefined || args.old_str === '') {
    return 'The parameter `old_str` is required for the command `str_replace`, and must not be empty.';
  }
  const replacement = args.new_str ?? '';
  if (args.old_str === replacement)
    return 'No replacement was performed: `old_str` and `new_str` are the same.';
  return replaceOnce(text, args.old_str, replacement, args.path);
}

function insert(args: Arguments, text: string): Edited {
  if (args.insert_line === undefined || args.new_str === undefined) {
    return 'The parameters `insert_line` and `new_str` are required for the command `insert`.';
  }
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  if (args.insert_line > lines.length) return `Invalid \`insert_line\`: the file has ${lines.length} lines.`;
  const before = lines.slice(0, args.insert_line).join('');
  const eol = lineEndAt(text, Math.max(0, before.length - 1));
  const added = args.new_str.replace(/\r?\n$/, '').split(/\r?\n/);
  const isAfterOpenLine = before !== '' && !before.endsWith('\n');
  const put = isAfterOpenLine ? eol + added.join(eol) : added.join(eol) + eol;
  return {
    text: before + put + text.slice(before.length),
    line: args.insert_line + 1,
    lines: added.length,
  };
}

/** Tells that there is no such file, and where files of that name are. */
async function missing(path: string, shell: Shell, signal: AbortSignal): Promise<string> {
  const named = await findNamed(shell, posix.basename(path), signal);
  const hint = named.length === 0 ? '' : ` Files of that name: ${named.join(', ')}.`;
  return `The path ${path} does not exist. Please provide a valid path.${hint}`;
}

/** A file's text in a form that goes back to the same bytes, without its byte order mark. */
interface FileText {
  content: string;
  encoding: 'utf8' | 'latin1';
  mark: '' | '\ufeff';
}

/** The text of what is at a path where there is something; else a message for the model. */
function textOf(path: string, state: Exclude<FileState, { kind: 'none' }>): FileText | string {
  if (state.kind === 'directory')
    return `${path} is a directory: only the command \`view\` can be used on it.`;
  if (state.kind === 'other') return `${path} is neither a file nor a directory.`;
  if (state.kind === 'large') {
    return `${path} has ${state.size} bytes, more than the ${maximumBytes} that this tool takes. Use bash: sed -n, grep -n, head.`;
  }
  if (state.bytes.subarray(0, 8192).includes(0))
    return `${path} is a binary file. Use bash: file, xxd, strings.`;
  const encoding = isUtf8(state.bytes) ? 'utf8' : 'latin1';
  const content = state.bytes.toString(encoding);
  return content.startsWith('\ufeff')
    ? { content: content.slice(1), encoding, mark: '\ufeff' }
    : { content, encoding, mark: '' };
}

function numbered(what: string, lines: readonly string[], first: number): string {
  return `Here's the result of running \`cat -n\` on ${what}:\n${numberedLines(lines, first)}`;
}
