import { posix } from 'node:path';

/**
 * Writes into the report what `go test` does not tell: the module's name, and which file has which test function.
 * The functions of suites count as well: they run as subtests under their own names.
 */
export const testFilesScript = `sed -n 's/^module[ \\t]*"\\{0,1\\}\\([^" \\t]*\\).*/@module \\1/p' go.mod > "$AI_FIX_REPORT"
grep -rHoE --include='*_test.go' --exclude-dir=vendor --exclude-dir=testdata '^func (\\([^)]*\\) *)?(Test|Example|Fuzz)[^([]*|^package ' . |
  sed 's/^/@test /' >> "$AI_FIX_REPORT"`;

export interface TestFiles {
  /** The file that holds a test of a package, or null. */
  find(packageName: string, test: string): string | null;
  /** All test files of a package. */
  of(packageName: string): string[];
}

/** Reads what the script wrote. */
export function readTestFiles(report: string): TestFiles {
  const module = /^@module (\S+)$/m.exec(report)?.[1] ?? '';
  const filesOf = new Map<string, Map<string, string>>();
  for (const [, path = '', what = ''] of report.matchAll(/^@test \.\/([^:\n]*):(.*)$/gm)) {
    const directory = posix.dirname(path);
    const name = directory === '.' ? module : `${module}/${directory}`;
    const own = filesOf.get(name) ?? new Map<string, string>();
    filesOf.set(name, own);
    const key = what.startsWith('package') ? `package ${path}` : what.replace(/^func (\([^)]*\) *)?/, '');
    if (!own.has(key)) own.set(key, path);
  }
  return {
    find(name, test) {
      const own = filesOf.get(name);
      const [parent = '', child = ''] = test.split('/');
      return own?.get(child) ?? own?.get(parent) ?? null;
    },
    of: (name) => [...new Set(filesOf.get(name)?.values() ?? [])].sort(),
  };
}
