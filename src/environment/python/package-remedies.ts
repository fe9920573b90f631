import { quoteWord } from '../../text/quote-word.ts';
import type { Failure, Remedy } from '../prepare/remedy.ts';
import { failedPackage, whyNot } from './failed-package.ts';
import { withOption } from './uv-command.ts';

const leftOutFile = '~/.left-out.txt';

/** A registry that does not tell when a version was published. */
export function withoutDates({ command, said }: Failure): Remedy | null {
  if (!/missing an upload (date|time)/i.test(said) || !command.includes('--exclude-newer ')) return null;
  return {
    command: command.replace(/ --exclude-newer \S+/g, ''),
    note: 'the registry does not tell when packages were published: installing the newest',
  };
}

/** A version of the commit's time that does not install on the Python that there is. */
export function newerThanItsTime({ command, said }: Failure): Remedy | null {
  const failed = failedPackage(said);
  const filtered = /`([\w.-]+)` was filtered by `exclude-newer`/.exec(said)?.[1];
  const name = filtered ?? (failed?.isElsewhere === false ? failed.name : undefined);
  if (name === undefined || !command.includes('--exclude-newer ')) return null;
  const next = withOption(command, `--exclude-newer-package ${name}=2100-01-01`);
  return next === null
    ? null
    : { command: next, note: `${name} of that time cannot be installed: taking a newer one` };
}

/** What cannot be installed is missed by the tests that need it alone. */
export function leaveOut({ command, said }: Failure): Remedy | null {
  const failed = failedPackage(said);
  if (failed === null) return null;
  const { name } = failed;
  const why = whyNot(said);
  const remedy = { note: `${name} cannot be installed (${why}): left out`, leftOut: { name, why } };
  if (/\buv sync\b/.test(command)) {
    const next = withOption(command, `--no-install-package ${name}`);
    return next === null ? null : { ...remedy, command: next };
  }
  const addition = `echo ${quoteWord(name)} >> ${leftOutFile}; `;
  if (command.includes(addition)) return null;
  const next = withOption(command, `--excludes ${leftOutFile}`) ?? command;
  return { ...remedy, command: `${addition}${next}` };
}

/** The project itself must install; what is there for its tests may be missed by some of them only. */
export function goOnWithout({ command, said }: Failure): Remedy | null {
  if (command.includes('--editable')) return null;
  const what =
    /(--requirement|--group) (\S+)/.exec(command)?.[2] ??
    command.replace(/^.*uv pip install (--\S+ \S+ )*/, '');
  const why =
    said
      .trimEnd()
      .split('\n')
      .findLast((line) => /error|cause/i.test(line))
      ?.trim() ?? 'it fails';
  return {
    command: 'true',
    note: `${what} cannot be installed and is left out: ${why}`,
    leftOut: { name: what, why },
  };
}
