interface Need {
  said: RegExp;
  /** What it is and what can be done about it; `found` is what the expression kept. */
  tell(found: string): string;
}

/** How tests fail for want of something that a sandbox has not. */
const needs: readonly Need[] = [
  {
    said: /(?:cannot|could not|unable to) (?:open|connect to) (?:the )?(?:X )?display|no display name and no \$DISPLAY|Missing X server|DISPLAY environment variable|could not connect to any X display/i,
    tell: () =>
      'a display: install `xvfb` under `setup`, and call the tests through `xvfb-run -a` under `test`',
  },
  {
    said: /EOFError\b|reading from stdin while output is captured|ERR_TTY_INIT_FAILED|setRawMode is not a function|(?:not a|requires a) (?:tty|terminal)\b|Inappropriate ioctl for device|['" ]\/dev\/tty\b|(?:\[y\/n\]|\(y(?:es)?\/no?\)|\bpassword:|\bcontinue\?|press (?:any key|enter)[^\n]{0,40})\s*$/i,
    tell: () =>
      'a terminal, or an answer on its input, which ends at once here: have it ask for nothing, by an option under `test` or a variable under `env`',
  },
  {
    said: /Could not find Chrom|Executable doesn't exist at|playwright install|Cannot find (?:Chrome|Firefox)|No (?:usable )?binary for (?:Chrome|Firefox)|browserType\.launch|Failed to launch the browser/i,
    tell: () =>
      'a browser: install one under `setup` (`apt-get install -y chromium`) and tell the tests where it is under `env`, or leave them out under `test`',
  },
  {
    said: /Cannot connect to the Docker daemon|\/var\/run\/docker\.sock|docker: (?:command )?not found|spawn(?:Sync)? docker ENOENT|valid Docker environment|working container runtime/i,
    tell: () => 'Docker, which is in no sandbox: leave them out under `test`',
  },
  {
    said: /ECONNREFUSED (?:127\.0\.0\.1|::1|localhost):(\d+)|(?:localhost|127\.0\.0\.1|\[?::1\]?)"?(?::|.{0,40}\bport )(\d+)\b.{0,80}(?:refused|failed)|(?:connect|dial)\w* .{0,60}(?:localhost|127\.0\.0\.1):(\d+)/i,
    tell: (port) =>
      `a service on port ${port}, such as a database: install it under \`setup\`, and start it under \`build\`, which runs before the tests`,
  },
  {
    // nothing is said of where
    said: /AggregateError \[ECONNREFUSED\]|Can't connect to (?:local )?(?:MySQL|MariaDB) server/i,
    tell: () =>
      'a service on this machine that nobody started, such as a database: install it under `setup`, and start it under `build`, which runs before the tests',
  },
  {
    said: /(?:EAI_AGAIN|ENOTFOUND|Could not resolve host:?|translate host name) "?((?!localhost)[a-z][\w-]*)"?(?![\w.-])/i,
    tell: (name) =>
      `a service that is called ${name}: install it under \`setup\`, start it under \`build\`, which runs before the tests, and name \`localhost\` instead under \`env\``,
  },
  {
    said: /(?:EAI_AGAIN|ENOTFOUND) ([\w-]+(?:\.[\w-]+)+)|Could not resolve host:? ([\w-]+(?:\.[\w-]+)+)|(?:lookup|resolve) '?([\w-]+(?:\.[\w-]+)+)|Temporary failure in name resolution|Name or service not known|Network is unreachable|ENETUNREACH|TypeError: fetch failed/i,
    tell: (host) =>
      `the network${host === '' ? '' : ` (${host})`}, which no test has: what they fetch can be fetched under \`install\``,
  },
  {
    said: /requires rustc (\d+\.\d+)/,
    tell: (version) =>
      `Rust ${version}, newer than the one that is there: name an image that has it under \`image\``,
  },
  {
    said: /spawn(?:Sync)? (?!docker|sudo)([\w.+-]+) ENOENT|No such file or directory: '(?!docker|sudo)([\w+-]+)'|\bsh: (?:line )?(?:\d+: )?(?!docker|sudo)([\w.+-]+): (?:command )?not found\s*$|exec: "(?!docker|sudo)([\w.+-]+)": executable file not found/m,
    tell: (program) => `the program ${program}: install it under \`setup\``,
  },
  {
    said: /(lib[\w.+-]+\.so[\w.]*): cannot open shared object file/,
    tell: (library) => `the library ${library}: install Debian's package that holds it under \`setup\``,
  },
  {
    said: /No module named '([\w.]+)'|Cannot find (?:module|package) '((?![./])[^']+)'/,
    tell: (module) => `the package ${module}, which is not installed: have it installed under \`install\``,
  },
  {
    said: /KeyError: '([A-Z][A-Z0-9]*_[A-Z0-9_]+)'/,
    tell: (name) => `the variable ${name}: give it under \`env\`, if it is no secret`,
  },
  {
    said: /must be (?:run as |called as )?(?:root|superuser)|requires? (?:root|superuser)|sudo: (?:command )?not found|spawn(?:Sync)? sudo ENOENT|listen EACCES[^\n]*:\d{1,3}\b|\[Errno 1\] Operation not permitted|operation not permitted, (?:l?chown|mknod|mount|setuid)|(?:EACCES|EPERM|Permission ?(?:denied|Error)|Operation not permitted)[^\n]{0,80}['" ]\/(?:etc|usr|var|root|opt|srv|sys|proc)\b/i,
    tell: () => 'the rights of root, which no test has: leave them out under `test`',
  },
];

const namedAtOnce = 4;

/** What failing tests seem to need, by what they said: one sentence for each, with how many of the texts say so. */
export function testNeeds(messages: readonly string[]): string[] {
  return needs.flatMap(({ said, tell }) => {
    const found = messages.flatMap((message) => said.exec(message)?.slice(1).filter(Boolean) ?? []);
    const telling = messages.filter((message) => said.test(message)).length;
    if (telling === 0) return [];
    const what = tell([...new Set(found)].slice(0, namedAtOnce).join(', '));
    return [
      `${telling === 1 ? '1 failure looks as if it needed' : `${telling} failures look as if they needed`} ${what}.`,
    ];
  });
}
