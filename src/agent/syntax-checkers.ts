export interface SyntaxProblem {
  /** Null for the end of the file. */
  line: number | null;
  message: string;
}

/** How the files of one language are checked: each script gets the text as its input and fails where it does not parse. */
interface SyntaxChecker {
  /** Ways to read the text; it is wrong when it is wrong in each. */
  scripts(text: string): string[];
  read(output: string): SyntaxProblem | null;
}

/** By absolute path, since a repository may bring an older one. */
const node = '/usr/local/bin/node --no-warnings';

const python: SyntaxChecker = {
  // compiled, never run; as the project's own Python reads it
  scripts: () => [
    `python3 -ISW ignore -c 'import sys
try: compile(sys.stdin.buffer.read(), "file", "exec", dont_inherit=True)
except SyntaxError as error: sys.exit("line %s: %s" % (error.lineno, error.msg))
except Exception: pass'`,
  ],
  read: afterLine,
};

/** A module by its name or its first words; else a script, which may still be a module that awaits. */
function javascript(type: 'module' | 'commonjs' | null): SyntaxChecker {
  return {
    scripts: (text) => {
      const isModule = /^\s*(import\b[^(]|export\b)/m.test(text) || text.includes('import.meta');
      const types = type === null ? (isModule ? ['module'] : ['commonjs', 'module']) : [type];
      return types.map((each) => `${node} --check --input-type=${each} -`);
    },
    read(output) {
      const message = /^SyntaxError: (.*)$/m.exec(output)?.[1];
      const line = /^\[stdin\]:(\d+)$/m.exec(output)?.[1];
      return message === undefined || line === undefined ? null : { line: Number(line), message };
    },
  };
}

const typescript: SyntaxChecker = {
  scripts: () => [
    `${node} -e '
try { require("node:module").stripTypeScriptTypes(require("node:fs").readFileSync(0, "utf8"), { mode: "transform" }) }
catch (error) {
  if (error.code !== "ERR_INVALID_TYPESCRIPT_SYNTAX") process.exit()
  console.error("line " + /^\\S*:(\\d+)/.exec(error.stack)?.[1] + ": " + error.message)
  process.exitCode = 1
}'`,
  ],
  read: afterLine,
};

const json: SyntaxChecker = {
  scripts: () => [
    `${node} -e '
try { JSON.parse(require("node:fs").readFileSync(0, "utf8")) }
catch (error) { console.error(error.message); process.exitCode = 1 }'`,
  ],
  read: withPosition,
};

const toml: SyntaxChecker = {
  scripts: () => [
    `python3 -ISW ignore -c 'import sys
try: import tomllib
except ImportError: sys.exit(0)
try: tomllib.loads(sys.stdin.buffer.read().decode())
except ValueError as error: sys.exit(str(error))'`,
  ],
  read: withPosition,
};

const bash: SyntaxChecker = { scripts: () => ['bash -n'], read: afterLine };

/** By the end of a file's name. What nothing in the image reads at once is not here. */
export const syntaxCheckers: Record<string, SyntaxChecker | undefined> = {
  '.py': python,
  '.pyi': python,
  '.js': javascript(null),
  '.mjs': javascript('module'),
  '.cjs': javascript('commonjs'),
  '.ts': typescript,
  '.mts': typescript,
  '.cts': typescript,
  '.json': json,
  '.toml': toml,
  '.sh': bash,
  '.bash': bash,
};

/** Reads `line 3: what is wrong`, with or without a program's name before it. */
function afterLine(output: string): SyntaxProblem | null {
  const found = /\bline (\d+|None|undefined): (.+)/.exec(output);
  if (found === null) return null;
  const [, line = '', message = ''] = found;
  return { line: /^\d+$/.test(line) ? Number(line) : null, message };
}

/** Reads `what is wrong (at line 3, column 5)`. */
function withPosition(output: string): SyntaxProblem | null {
  const message = output.trim();
  if (message === '') return null;
  const line = /\bline (\d+)/.exec(message)?.[1];
  return { line: line === undefined ? null : Number(line), message };
}
