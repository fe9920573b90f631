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
    said: /Cannot connect to the Docker daemon|\/var\/run\/docker\.sock|docker: (?:command )?not found|spawn docker ENOENT|valid Docker environment/i,
    tell: () => 'Docker, which is in no sandbox: leave them out under `test`',
  },
  {
    said: /ECONNREFUSED (?:127\.0\.0\.1|::1|localhost):(\d+)|(?:localhost|127\.0\.0\.1|\[?::1\]?)"?(?::|.{0,40}\bport )(\d+)\b.{0,80}(?:refused|failed)|(?:connect|dial)\w* .{0,60}(?:localhost|127\.0\.0\.1):(\d+)/i,
    tell: (port) =>
      `a service on port ${port}, such as a database: install it under \`setup\`, and start it under \`build\`, which runs before the tests`,
  },
  {
    said: /(?:EAI_AGAIN|ENOTFOUND) ([\w.-]+)|Could not resolve host:? ([\w.-]+)|(?:lookup|resolve) '?([\w-]+(?:\.[\w-]+)+)|Temporary failure in name resolution|Name or service not known|Network is unreachable|ENETUNREACH/i,
    tell: (host) =>
      `the network${host === '' ? '' : ` (${host})`}, which no test has: what they fetch can be fetched under \`install\``,
  },
  {
    said: /requires rustc (\d+\.\d+)/,
    tell: (version) =>
      `Rust ${version}, newer than the one that is there: name an image that has it under \`image\``,
  },
  {
    said: /must be (?:run as |called as )?(?:root|superuser)|requires? (?:root|superuser)|(?:EACCES|EPERM|Permission ?(?:denied|Error)|Operation not permitted)[^\n]{0,80}['" ]\/(?:etc|usr|var|root|opt|srv|sys|proc)\b/i,
    tell: () => 'the rights of root, which no test has: leave them out under `test`',
  },
];

/** What failing tests seem to need, by what they said: one sentence for each, with how many of the texts say so. */
export function testNeeds(messages: readonly string[]): string[] {
  return needs.flatMap(({ said, tell }) => {
    const found = messages.flatMap((message) => said.exec(message)?.slice(1) ?? []);
    const telling = messages.filter((message) => said.test(message)).length;
    if (telling === 0) return [];
    const what = tell(found.find((one) => one !== undefined) ?? '');
    return [
      `${telling === 1 ? '1 failure looks as if it needed' : `${telling} failures look as if they needed`} ${what}.`,
    ];
  });
}
