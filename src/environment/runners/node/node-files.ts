const preload = '/tmp/.ai-fix-file.cjs';
const endedFiles = '/tmp/.ai-fix-ended';

/** Longer than test files take; shorter than a suite may. */
const mostSeconds = 300;

/** Loaded into the process of each test file and into none that it starts: those have what the test gives them. */
const script = (seconds: number) => `const { env } = process;
if (env.NODE_TEST_CONTEXT) {
  const fs = require("node:fs");
  fs.closeSync(0);
  fs.openSync("/dev/null");
  env.NODE_OPTIONS = env.NODE_OPTIONS.replace("--require=${preload} ", "");
  if (env.NODE_OPTIONS === "") delete env.NODE_OPTIONS;
  const file = process.argv[1];
  const message = "ended after ${seconds} s: a test, or what it left open, such as a server, still runs";
  const end = () => {
    fs.appendFileSync("${endedFiles}", JSON.stringify({ file, path: [file], status: "failed", message }) + "\\n");
    process.exit(1);
  };
  setTimeout(end, ${seconds * 1000}).unref();
}`;

/**
 * A call of Node's own runner that gives each test file an input at its end, as all other runners do, and a time of its
 * own. By itself it keeps the input open, and waits for ever for a file that asks for something or that leaves something
 * open: so such a file fails by itself, and the results of all others are whole.
 */
export function withEachFile(call: string, seconds = mostSeconds): string {
  return `printf %s '${script(seconds)}' > ${preload}; : > ${endedFiles}
NODE_OPTIONS="--require=${preload} $NODE_OPTIONS" ${call}
code=$?
[ ! -s ${endedFiles} ] || cat ${endedFiles} >> "$AI_FIX_REPORT"
exit $code`;
}
