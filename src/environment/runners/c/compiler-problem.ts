import { relativeTo } from '../runner.ts';

const shown = 3;

/**
 * What a C or C++ build could not do, from the lines in which compiler, linker and CMake tell it; null when there is
 * none. Builds run side by side, so the lines are put in order: the same fault gives the same words in every run.
 */
export function compilerProblem(lines: string, root: string): string | null {
  const all = lines.split('\n').filter((line) => line.trim() !== '');
  const faults = [...new Set(all.flatMap((line) => describe(line, root) ?? []))].sort();
  if (faults.length > 0) {
    const more = faults.length > shown ? ` (and ${faults.length - shown} more)` : '';
    return `could not build everything: ${faults.slice(0, shown).join(', ')}${more}`;
  }
  return all.length === 0 ? null : `could not build everything: ${all[0]?.slice(0, 300)}`;
}

function describe(line: string, root: string): string | null {
  const compiler = /^(\S+?):(\d+)(?::\d+)?: (?:fatal )?error: (.*)$/.exec(line);
  if (compiler !== null) {
    const [, path = '', number = '', what = ''] = compiler;
    return `${relativeTo(root, path)}:${number}: ${what.slice(0, 200)}`;
  }
  const linker = /(?:undefined reference to|multiple definition of) .*$/.exec(line);
  return linker === null ? null : linker[0].slice(0, 200);
}
