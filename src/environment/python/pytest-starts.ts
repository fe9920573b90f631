import { lastLine } from '../../text/last-line.ts';
import type { Failure, Remedy } from '../prepare/remedy.ts';
import { pytestCall } from '../runners/python/pytest.ts';

const check = `AI_FIX_REPORT=/dev/null ${pytestCall} --version`;

/** Fails where pytest does not start: releases and plugins of long ago do not on a younger Python. */
export function startPytest(packagesBefore: string): string {
  return `UV_EXCLUDE_NEWER=${packagesBefore} ${check}`;
}

const installedPlugins = `$(python -c "
from importlib import metadata
print(*sorted({d.metadata['Name'] for d in metadata.distributions() if any(e.group == 'pytest11' for e in d.entry_points)}))")`;

/** Takes pytest and its plugins as new as they may be; what still hinders pytest shows when the tests run. */
export function newerPytest({ command, said }: Failure): Remedy | null {
  const date = /^UV_EXCLUDE_NEWER=\S+ /.exec(command)?.[0];
  if (date === undefined || !command.endsWith(check)) return null;
  if (command.includes(' --upgrade '))
    return { command: 'true', note: `pytest does not start: ${lastLine(said) || 'it says nothing'}` };
  return {
    command: `${date}uv pip install --upgrade pytest ${installedPlugins} && ${check}`,
    note: 'pytest, or a plugin of it, is too old to start here: taking newer ones',
  };
}
