import { quoteWord } from '../../text/quote-word.ts';
import type { Failure, Remedy } from '../prepare/remedy.ts';

/** What reads the versions of a lock file fails for nothing else. */
export function withoutBrokenLock({ command }: Failure): Remedy | null {
  const [, lock, constraints] = /lock-constraints\.py (\S+) > (\S+)$/.exec(command) ?? [];
  if (lock === undefined) return null;
  return { command: `: > ${constraints}`, note: `${lock} is broken: installing without holding to it` };
}

/** Takes other versions than those of a lock file. */
export function withoutLock({ command, said }: Failure): Remedy | null {
  if (
    !command.includes(' --constraints ') ||
    !/No solution found|Failed to (download and )?build `\S+==/.test(said)
  )
    return null;
  return {
    command: command.replace(/ --constraints \S+/, ''),
    note: 'what the lock file names cannot be installed: installing without holding to it',
  };
}

/** Installs what uv.lock is made of by the usual installer. */
export function withoutSync({ command }: Failure): Remedy | null {
  const call = /\b(?:UV_PROJECT_ENVIRONMENT=\S+ )?uv sync (.*)$/.exec(command);
  if (call === null) return null;
  const names = (option: string) =>
    [...(call[1] ?? '').matchAll(new RegExp(`--${option} (\\S+)`, 'g'))].map((match) => match[1] as string);
  const extras = names('extra');
  const editable = quoteWord(`.${extras.length === 0 ? '' : `[${extras.join(',')}]`}`);
  const groups = names('group').map((name) => ` --group ${name}`);
  return {
    command: command.replace(call[0], `uv pip install --editable ${editable}${groups.join('')}`),
    note: 'what uv.lock names cannot be installed: installing without holding to it',
  };
}
