const preload = '/tmp/.ai-fix-file.cjs';

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
  const end = () => {
    fs.writeSync(2, "ended after ${seconds} s: a test, or what it left open, such as a server, still runs\\n");
    process.exit(1);
  };
  setTimeout(end, ${seconds * 1000}).unref();
}`;

/**
 * Node's own runner gives each test file an input that stays open, and waits for ever for one that asks for something or
 * that leaves something open. With these words before its call the input is at its end, as in all other runners, and a
 * file that takes too long fails by itself: the results of all others are then whole.
 */
export function forEachFile(seconds = mostSeconds): string {
  return `printf %s '${script(seconds)}' > ${preload}\nNODE_OPTIONS="--require=${preload} $NODE_OPTIONS"`;
}
