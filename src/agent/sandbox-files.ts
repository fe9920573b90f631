import { outputText, type Shell, succeeded } from '../core/command.ts';
import { OperationalError } from '../core/errors.ts';
import { quoteWord } from '../text/quote-word.ts';
import { visibleText } from '../text/visible.ts';

const seconds = 60;
/** Bytes past the limit that show that there are more; some of the kernel's files are read by eight. */
const beyond = 8;

export type FileState =
  | { kind: 'file'; bytes: Buffer }
  | { kind: 'large'; size: number }
  | { kind: 'directory' }
  | { kind: 'other' }
  | { kind: 'none' };

/** Reads a file in the sandbox, if it is one and no larger than the limit. Links are followed, as a shell does. */
export async function readFile(
  shell: Shell,
  path: string,
  limit: number,
  signal: AbortSignal,
): Promise<FileState> {
  const script = `p=${quoteWord(path)}
if [ -d "$p" ]; then echo directory
elif [ -f "$p" ]; then
  size=$(stat -L -c %s -- "$p"); echo "file $size"
  if [ "$size" -le ${limit} ]; then head -c ${limit + beyond} -- "$p"; fi
elif [ -e "$p" ]; then echo other
else echo none; fi`;
  const result = await shell.run({ script, timeoutSeconds: seconds, keep: 'all' }, signal);
  const end = result.head.indexOf('\n');
  const [kind, size] = result.head.toString('utf8', 0, end < 0 ? result.head.length : end).split(' ');
  if (kind === 'directory' || kind === 'other' || kind === 'none') return { kind };
  if (kind !== 'file' || !succeeded(result)) throw failed(outputText(result));
  const bytes = result.head.subarray(end + 1);
  if (Number(size) <= limit && bytes.length <= limit) return { kind: 'file', bytes };
  return { kind: 'large', size: Math.max(Number(size), bytes.length) }; // some of the kernel's files tell no size
}

/** Writes a file, making its directories; a file that is there keeps its mode. */
export async function writeFile(
  shell: Shell,
  path: string,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<string | null> {
  const script = `p=${quoteWord(path)}; mkdir -p -- "$(dirname -- "$p")" && cat > "$p"`;
  const result = await shell.run({ script, input: bytes, timeoutSeconds: seconds }, signal);
  return succeeded(result) ? null : outputText(result).trim();
}

/** Two levels of a directory, hidden entries left out. */
export async function listDirectory(shell: Shell, path: string, signal: AbortSignal): Promise<string> {
  const script = `cd -- ${quoteWord(path)} && echo "$PWD" && find -H "$PWD" -mindepth 1 -maxdepth 2 -name '.*' -prune -o -name node_modules -prune -print -o -print | head -n 2000 | sort`;
  const result = await shell.run({ script, timeoutSeconds: seconds }, signal);
  return outputText(result).trimEnd();
}

/** Up to five files of this name in the work tree, the least deep first. */
export async function findNamed(shell: Shell, name: string, signal: AbortSignal): Promise<string[]> {
  const literal = name.replace(/[\\*?[\]]/g, '\\$&');
  const skipped = "-name .git -o -name node_modules -o -name '.venv'";
  const script = `find /workspace \\( ${skipped} \\) -prune -o -type f -name ${quoteWord(literal)} -printf '%d %p\\n' | sort -n | head -n 5 | cut -d ' ' -f 2-`;
  const result = await shell.run({ script, timeoutSeconds: seconds }, signal);
  return succeeded(result)
    ? outputText(result)
        .split('\n')
        .filter((line) => line !== '')
    : [];
}

/** What went wrong is in the last line: some of the file may stand before it. */
function failed(output: string): OperationalError {
  const said = visibleText(output).trimEnd().split('\n').at(-1) ?? '';
  return new OperationalError(
    'sandbox_command_failed',
    `A file could not be read in the sandbox: ${said.slice(-500)}`,
  );
}
